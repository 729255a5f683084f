import { Component, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import {
  MAT_DIALOG_DATA,
  MatDialogActions,
  MatDialogClose,
  MatDialogContent,
  MatDialogTitle,
} from '@angular/material/dialog';
import type { Resource } from '../api/wire-types.ts';

/** Asks once more before a document is deleted; closes with true when the answer is yes. */
@Component({
  selector: 'app-delete-dialog',
  imports: [MatButton, MatDialogActions, MatDialogClose, MatDialogContent, MatDialogTitle],
  template: `
    <h2 mat-dialog-title>Delete {{ document.displayName }}?</h2>
    <mat-dialog-content>
      <p>
        The file is removed, and every URL to it is refused from then on, by every server, also those that
        somebody has kept. Nobody can bring it back.
      </p>
    </mat-dialog-content>
    <mat-dialog-actions align="end">
      <button matButton type="button" [mat-dialog-close]="false">Keep it</button>
      <button
        matButton="filled"
        class="delete"
        type="button"
        data-testid="confirm-delete"
        [mat-dialog-close]="true"
      >
        Delete it
      </button>
    </mat-dialog-actions>
  `,
  styleUrl: './delete-dialog.scss',
})
export class DeleteDialog {
  protected readonly document = inject<Resource>(MAT_DIALOG_DATA);
}
