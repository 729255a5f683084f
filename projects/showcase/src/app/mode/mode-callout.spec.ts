import { TestBed } from '@angular/core/testing';
import { DELIVERY_MODE, type DeliveryMode } from './delivery-mode.ts';
import { ModeCallout } from './mode-callout.ts';

async function textIn(mode: DeliveryMode, revoked: readonly string[]): Promise<HTMLElement> {
  TestBed.configureTestingModule({ providers: [{ provide: DELIVERY_MODE, useValue: mode }] });
  const fixture = TestBed.createComponent(ModeCallout);
  fixture.componentRef.setInput('revoked', revoked);
  await fixture.whenStable();
  return fixture.nativeElement as HTMLElement;
}

const callout = (element: HTMLElement) => element.querySelector('[data-testid=mode-callout]')?.textContent;

describe('the mode callout', () => {
  it('says in production mode that URLs are signed by whoever uploaded the photo', async () => {
    const element = await textIn('production', ['Ada']);
    expect(element.textContent).toContain('signed URL');
    expect(callout(element)).toBeUndefined();
  });

  it('says nothing of revocations in development mode while no key is revoked', async () => {
    const element = await textIn('development', []);
    expect(element.textContent).toContain('direct asset paths');
    expect(callout(element)).toBeUndefined();
  });

  it('says in development mode that a revoked key changed nothing', async () => {
    const element = await textIn('development', ['Ada']);
    expect(callout(element)).toContain('Ada’s key is revoked, and this page still shows their photos:');
    expect(callout(element)).toContain('direct paths cannot be revoked. That is the problem being solved.');
  });

  it('names everybody whose key is revoked', async () => {
    const element = await textIn('development', ['Ada', 'Grace']);
    expect(callout(element)).toContain('The keys of Ada and Grace are revoked');
  });
});
