import { bootstrapApplication } from '@angular/platform-browser';
import { Page } from './page.ts';
import { pageConfig } from './page-config.ts';

const elements = [...document.querySelectorAll('app-root *')];

/** Whether every element that the server rendered is still on the page. */
function keptElements(): boolean {
  return elements.length > 0 && elements.every((element) => element.isConnected);
}

Object.assign(globalThis, { keptElements });
const options = document.getElementById('options')?.textContent ?? '';
void bootstrapApplication(Page, pageConfig(JSON.parse(options)));
