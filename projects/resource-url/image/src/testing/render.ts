import type { Type } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import type { SigningBackend } from '../../../src/testing/signing-backend.ts';

/**
 * Renders a component whose template holds images. Nobody serves the signed URLs of a spec, so the elements do not hear
 * of that unless `broken` says so.
 */
export async function render<T>(component: Type<T>, { broken = false } = {}) {
  const fixture = TestBed.createComponent(component);
  const host = fixture.nativeElement as HTMLElement;
  if (!broken) host.addEventListener('error', (event) => event.stopImmediatePropagation(), true);
  await fixture.whenStable();
  const images = () => [...host.querySelectorAll('img')];
  return { fixture, page: fixture.componentInstance, images, image: () => images()[0]! };
}

/** The paths of every request answered so far, one list per request. */
export function paths(backend: SigningBackend): string[][] {
  return backend.bodies.map((body) => {
    const { resources, path } = body as { resources?: { path: string }[]; path: string };
    return resources ? resources.map((each) => each.path) : [path];
  });
}

/** The URLs in a `srcset`, each with its descriptor. */
export function entries(srcset: string): { path: string; descriptor: string }[] {
  return srcset.split(', ').map((entry) => {
    const [url = '', descriptor = ''] = entry.split(' ');
    return { path: new URL(url).pathname.slice(1), descriptor };
  });
}
