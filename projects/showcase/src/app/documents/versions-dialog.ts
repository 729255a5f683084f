import { DatePipe } from '@angular/common';
import { Component, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import {
  MAT_DIALOG_DATA,
  MatDialogActions,
  MatDialogClose,
  MatDialogContent,
  MatDialogRef,
  MatDialogTitle,
} from '@angular/material/dialog';
import { ResourceHref } from '@countersign/angular';
import type { Problem } from '../api/problem.ts';
import type { Resource, ResourceVersion } from '../api/wire-types.ts';
import { FileSize } from '../trail/file-size.ts';
import { DocumentVersions } from './document-versions.ts';

/** What was there before, and the way back to it; closes with true when other bytes are there now. */
@Component({
  selector: 'app-versions-dialog',
  imports: [
    DatePipe,
    FileSize,
    MatButton,
    MatDialogActions,
    MatDialogClose,
    MatDialogContent,
    MatDialogTitle,
    ResourceHref,
  ],
  templateUrl: './versions-dialog.html',
  styleUrl: './versions-dialog.scss',
})
export class VersionsDialog {
  readonly #versions = inject(DocumentVersions);
  readonly #dialog = inject<MatDialogRef<VersionsDialog, boolean>>(MatDialogRef);
  protected readonly document = inject<Resource>(MAT_DIALOG_DATA);
  protected readonly items = signal<readonly ResourceVersion[] | undefined>(undefined);
  protected readonly changing = signal(false);
  protected readonly problem = signal<Problem | undefined>(undefined);

  constructor() {
    void this.#list();
  }

  protected restore(version: number): Promise<void> {
    return this.#change(() => this.#versions.restore(this.document, version));
  }

  protected async replace(files: FileList | null): Promise<void> {
    const file = files?.[0];
    if (file) await this.#change(() => this.#versions.replace(this.document, file));
  }

  async #change(change: () => Promise<Problem | undefined>): Promise<void> {
    this.changing.set(true);
    const problem = await change();
    this.changing.set(false);
    this.problem.set(problem);
    if (!problem) this.#dialog.close(true);
  }

  async #list(): Promise<void> {
    const listed = await this.#versions.list(this.document);
    if ('problem' in listed) this.problem.set(listed.problem);
    this.items.set('problem' in listed ? [] : listed.items);
  }
}
