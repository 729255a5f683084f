import { bootstrapApplication } from '@angular/platform-browser';
import { Page } from './page.ts';
import { pageConfig } from './page-config.ts';

const elements = [...document.querySelectorAll('app-root :is(h1, img, video, source, a)')];

/** Whether every picture, video and link that the server rendered is still on the page. */
function keptElements(): boolean {
  return elements.length > 0 && elements.every((element) => element.isConnected);
}

Object.assign(globalThis, { keptElements });
const options = document.getElementById('options')?.textContent ?? '';
void bootstrapApplication(Page, pageConfig(JSON.parse(options)));
