import { Component, PLATFORM_ID } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { ResourceImage } from '@countersign/angular/image';
import { development, production } from '../../src/testing/signing-backend.ts';
import { render } from './testing/render.ts';

@Component({
  imports: [ResourceImage],
  template: `
    <img [resourceImage]="ref" width="10" height="10" priority alt="" />
    <img resourceImage="public/b.jpg" width="10" height="10" alt="" />
  `,
})
class Page {
  readonly ref = 'public/a.jpg';
}

describe('Delivery origins', () => {
  const deliveryOrigins = ['https://cdn.example.com', 'https://media.example.com/cdn', location.origin];
  const links = () =>
    [...document.head.querySelectorAll('link[rel~="preconnect"]')].map((link) => link.getAttribute('href'));

  const removeLinks = () => {
    for (const link of document.head.querySelectorAll('link[rel~="preconnect"]')) link.remove();
  };
  beforeEach(removeLinks);
  afterEach(removeLinks);

  it('are connected to once, before there is any URL', async () => {
    production({ deliveryOrigins });
    await render(Page);
    expect(links()).toEqual(['https://cdn.example.com', 'https://media.example.com']);
  });

  it('are connected to from what the server renders', async () => {
    TestBed.configureTestingModule({ providers: [{ provide: PLATFORM_ID, useValue: 'server' }] });
    production({ deliveryOrigins });
    await render(Page);
    expect(links()).toEqual(['https://cdn.example.com', 'https://media.example.com']);
  });

  it('are left alone where the page has the link already', async () => {
    document.head.insertAdjacentHTML(
      'beforeend',
      `<link rel="preconnect" href="https://cdn.example.com/">
       <link rel="preconnect" href="https://media.example.com" crossorigin>`,
    );
    production({ deliveryOrigins });
    await render(Page);
    expect(links().slice(2)).toEqual(['https://media.example.com']);
  });

  it('that nobody configured are learned from a priority image, so that NgOptimizedImage does not warn', async () => {
    const { backend } = production();
    const { fixture } = await render(Page);
    expect(links()).toEqual([]);
    await backend.sign();
    await fixture.whenStable();
    expect(links()).toEqual(['https://cdn.example.com']);
  });

  it('are of no use in development', async () => {
    development({ deliveryOrigins });
    await render(Page);
    expect(links()).not.toContain('https://cdn.example.com');
  });
});
