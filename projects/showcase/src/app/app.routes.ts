import type { Routes } from '@angular/router';

export const routes: Routes = [
  { path: '', pathMatch: 'full', redirectTo: 'team' },
  {
    path: 'team',
    title: 'The team · Countersign',
    loadComponent: () => import('./team/team-page.ts').then(({ TeamPage }) => TeamPage),
  },
  { path: '**', redirectTo: 'team' },
];
