import { mergeApplicationConfig } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { provideServerRendering, renderApplication } from '@angular/platform-server';
import { Page } from './page.ts';
import { pageConfig } from './page-config.ts';
import type { PageOptions } from './page-options.ts';

/**
 * @param document the HTML file of the application, with `<app-root>`
 * @param url the address of the page, as the visitor sees it
 * @returns the HTML to send
 */
export function render(options: PageOptions, document: string, url: string): Promise<string> {
  const config = mergeApplicationConfig(pageConfig(options), { providers: [provideServerRendering()] });
  return renderApplication((context) => bootstrapApplication(Page, config, context), {
    document,
    url,
    allowedHosts: [new URL(url).hostname],
  });
}
