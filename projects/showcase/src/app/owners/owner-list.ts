import { Component, inject, output } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatDialog } from '@angular/material/dialog';
import { firstValueFrom } from 'rxjs';
import type { Owner } from '../api/owner.ts';
import { Icon } from '../appearance/icon.ts';
import { Initials } from '../appearance/initials.ts';
import { OwnerKeys } from './owner-keys.ts';
import { RevokeDialog } from './revoke-dialog.ts';

/** Everybody whose key signs, with what an administrator may do about it. */
@Component({
  selector: 'app-owner-list',
  imports: [Icon, Initials, MatButton],
  templateUrl: './owner-list.html',
  styleUrl: './owner-list.scss',
})
export class OwnerList {
  readonly #dialog = inject(MatDialog);
  protected readonly keys = inject(OwnerKeys);

  /** The revocation of this owner was confirmed. */
  readonly revoke = output<Owner>();
  readonly reinstate = output<Owner>();

  protected async confirm(owner: Owner): Promise<void> {
    const dialog = this.#dialog.open<RevokeDialog, Owner, boolean>(RevokeDialog, {
      data: owner,
      role: 'alertdialog',
      ariaLabelledBy: 'revoke-title',
      ariaDescribedBy: 'revoke-consequence',
      maxWidth: 'min(30rem, calc(100vw - 2rem))',
    });
    if (await firstValueFrom(dialog.afterClosed())) this.revoke.emit(owner);
  }
}
