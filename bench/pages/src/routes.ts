import type { Routes } from '@angular/router';
import { Cycles } from './cycles.ts';
import { Links } from './links.ts';
import { OneRequestEach } from './one-request-each.ts';
import { Photos } from './photos.ts';

export const routes: Routes = [
  { path: 'photos', component: Photos },
  { path: 'one-request-each', component: OneRequestEach },
  { path: 'links', component: Links },
  { path: 'cycles', component: Cycles },
  { path: 'nothing', children: [] },
];
