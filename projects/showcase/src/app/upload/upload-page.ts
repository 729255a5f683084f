import { Component, computed, signal } from '@angular/core';
import { MatButtonToggle, MatButtonToggleGroup } from '@angular/material/button-toggle';
import { RouterLink } from '@angular/router';
import { injectResourceUploads, ResourceDropZone, type RefusedFile } from '@countersign/angular/upload';
import { Icon } from '../appearance/icon.ts';
import { FileDrop } from './file-drop.ts';
import { PICTURE_TYPES } from './picture-types.ts';
import { UploadList } from './upload-list.ts';

/** What a file becomes. */
type UploadKind = 'teamPhoto' | 'document';

/** What can be uploaded, and where one sees it afterwards. */
const kinds = {
  teamPhoto: {
    name: 'Team photos',
    accept: PICTURE_TYPES,
    takes: 'JPEG, PNG, WebP, AVIF and GIF',
    seenAt: '/team',
    seenIn: 'the team page',
  },
  document: {
    name: 'Documents',
    accept: '',
    takes: 'files of every type',
    seenAt: '/documents',
    seenIn: 'your documents',
  },
} as const satisfies Record<UploadKind, object>;

/** Several files at once, each with its progress, and each can be paused, cancelled and sent again. */
@Component({
  selector: 'app-upload-page',
  imports: [FileDrop, Icon, MatButtonToggle, MatButtonToggleGroup, ResourceDropZone, RouterLink, UploadList],
  templateUrl: './upload-page.html',
  styleUrl: './upload-page.scss',
})
export class UploadPage {
  protected readonly uploads = injectResourceUploads({ filmPosters: true });
  protected readonly refused = signal<readonly RefusedFile[]>([]);
  protected readonly kind = signal<UploadKind>('teamPhoto');
  protected readonly chosen = computed(() => kinds[this.kind()]);
  protected readonly choices = Object.entries(kinds).map(([kind, { name }]) => ({ kind, name }));
  protected readonly stored = computed(() => this.uploads.progress().counts.completed);

  protected send(files: readonly File[]): void {
    this.refused.set([]);
    this.uploads.add(files, { kind: this.kind() });
  }
}
