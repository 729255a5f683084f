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
import type { Problem } from '../api/problem.ts';
import type { Collection, Resource } from '../api/wire-types.ts';
import { Session } from '../session/session.ts';
import { DocumentCollections } from './document-collections.ts';

/** Moves one document into a collection, or out of it; closes with true when it has moved. */
@Component({
  selector: 'app-assign-dialog',
  imports: [MatButton, MatDialogActions, MatDialogClose, MatDialogContent, MatDialogTitle],
  templateUrl: './assign-dialog.html',
  styleUrl: './assign-dialog.scss',
})
export class AssignDialog {
  readonly #collections = inject(DocumentCollections);
  readonly #dialog = inject<MatDialogRef<AssignDialog, boolean>>(MatDialogRef);
  /** The sample people besides may use collections, and make none. */
  protected readonly mayMake = inject(Session).administrator;
  protected readonly document = inject<Resource>(MAT_DIALOG_DATA);
  protected readonly collections = signal<readonly Collection[] | undefined>(undefined);
  /** Id of a collection; empty: none. */
  protected readonly chosen = signal(this.document.collection ?? '');
  protected readonly moving = signal(false);
  protected readonly problem = signal<Problem | undefined>(undefined);

  constructor() {
    void this.#list();
  }

  protected async make(name: string): Promise<void> {
    if (name.trim() === '') return;
    const made = await this.#collections.create(name.trim());
    if ('problem' in made) {
      this.problem.set(made.problem);
      return;
    }
    this.collections.update((before) => [...(before ?? []), made.collection]);
    this.chosen.set(made.collection.id);
  }

  protected async move(): Promise<void> {
    this.moving.set(true);
    const problem = await this.#collections.move(this.document.id, this.chosen());
    this.moving.set(false);
    this.problem.set(problem);
    if (!problem) this.#dialog.close(true);
  }

  async #list(): Promise<void> {
    const listed = await this.#collections.list();
    if ('problem' in listed) this.problem.set(listed.problem);
    this.collections.set('problem' in listed ? [] : listed.items);
  }
}
