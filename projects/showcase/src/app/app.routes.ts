import type { Routes } from '@angular/router';

export const routes: Routes = [
  { path: '', pathMatch: 'full', redirectTo: 'team' },
  {
    path: 'team',
    title: 'The team · Countersign',
    loadComponent: () => import('./team/team-page.ts').then(({ TeamPage }) => TeamPage),
  },
  {
    path: 'gallery',
    title: 'Gallery · Countersign',
    loadComponent: () => import('./gallery/gallery-page.ts').then(({ GalleryPage }) => GalleryPage),
  },
  {
    path: 'documents',
    title: 'Documents · Countersign',
    loadComponent: () => import('./documents/documents-page.ts').then(({ DocumentsPage }) => DocumentsPage),
  },
  {
    path: 'video',
    title: 'Video · Countersign',
    loadComponent: () => import('./video/video-page.ts').then(({ VideoPage }) => VideoPage),
  },
  {
    path: 'upload',
    title: 'Upload · Countersign',
    loadComponent: () => import('./upload/upload-page.ts').then(({ UploadPage }) => UploadPage),
  },
  { path: '**', redirectTo: 'team' },
];
