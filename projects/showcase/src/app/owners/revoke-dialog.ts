import { Component, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import {
  MAT_DIALOG_DATA,
  MatDialogActions,
  MatDialogClose,
  MatDialogContent,
  MatDialogTitle,
} from '@angular/material/dialog';
import type { Owner } from '../api/owner.ts';
import { DELIVERY_MODE } from '../mode/delivery-mode.ts';

/** Asks once more before a key is destroyed; closes with true when the answer is yes. */
@Component({
  selector: 'app-revoke-dialog',
  imports: [MatButton, MatDialogActions, MatDialogClose, MatDialogContent, MatDialogTitle],
  templateUrl: './revoke-dialog.html',
  styleUrl: './revoke-dialog.scss',
})
export class RevokeDialog {
  protected readonly owner = inject<Owner>(MAT_DIALOG_DATA);
  protected readonly development = inject(DELIVERY_MODE) === 'development';
}
