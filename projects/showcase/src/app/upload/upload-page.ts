import { Component, computed, inject, signal } from '@angular/core';
import { MatButtonToggle, MatButtonToggleGroup } from '@angular/material/button-toggle';
import { RouterLink } from '@angular/router';
import { Icon } from '../appearance/icon.ts';
import { FileDrop } from './file-drop.ts';
import { PICTURE_TYPES, UploadButton } from './upload-button.ts';
import { UploadList } from './upload-list.ts';
import { Uploads, type UploadKind } from './uploads.ts';

/** What can be uploaded, and where one sees it afterwards. */
const kinds = {
  teamPhoto: { name: 'Team photos', accept: PICTURE_TYPES, seenAt: '/team', seenIn: 'the team page' },
  document: { name: 'Documents', accept: '', seenAt: '/documents', seenIn: 'your documents' },
} as const satisfies Record<UploadKind, object>;

/** Several files at once, each with its progress, and each can be cancelled and sent again. */
@Component({
  selector: 'app-upload-page',
  imports: [FileDrop, Icon, MatButtonToggle, MatButtonToggleGroup, RouterLink, UploadButton, UploadList],
  providers: [Uploads],
  templateUrl: './upload-page.html',
  styleUrl: './upload-page.scss',
})
export class UploadPage {
  protected readonly uploads = inject(Uploads);
  protected readonly kind = signal<UploadKind>('teamPhoto');
  protected readonly chosen = computed(() => kinds[this.kind()]);
  protected readonly choices = Object.entries(kinds).map(([kind, { name }]) => ({ kind, name }));
  protected readonly stored = computed(
    () => this.uploads.uploads().filter(({ state }) => state === 'done').length,
  );

  protected send(files: readonly File[]): void {
    for (const file of files) void this.uploads.send(file, this.kind());
  }
}
