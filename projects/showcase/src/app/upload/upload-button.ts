import { Component, output } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Icon } from '../appearance/icon.ts';

/** Chooses photos to upload. */
@Component({
  selector: 'app-upload-button',
  imports: [Icon, MatButton],
  template: `
    <button matButton="filled" type="button" (click)="input.click()">
      <app-icon matButtonIcon name="upload" />Add photos
    </button>
    <input
      #input
      class="cdk-visually-hidden"
      data-testid="upload-input"
      type="file"
      accept="image/jpeg,image/png,image/webp,image/avif,image/gif"
      multiple
      tabindex="-1"
      aria-hidden="true"
      (change)="take(input)"
    />
  `,
})
export class UploadButton {
  readonly chosen = output<File[]>();

  protected take(input: HTMLInputElement): void {
    const files = [...(input.files ?? [])];
    // Emptied, so that the same file can be chosen again after a refusal.
    input.value = '';
    if (files.length > 0) this.chosen.emit(files);
  }
}
