import { Component, DOCUMENT, inject } from '@angular/core';
import { MatButtonToggle, MatButtonToggleGroup } from '@angular/material/button-toggle';
import { addressInMode, DELIVERY_MODE, type DeliveryMode } from './delivery-mode.ts';

/** Loads the page again in the other mode: modes are chosen where the application starts, not while it runs. */
@Component({
  selector: 'app-mode-switch',
  imports: [MatButtonToggle, MatButtonToggleGroup],
  template: `
    <mat-button-toggle-group
      data-testid="mode-switch"
      aria-label="How photo URLs are made"
      hideSingleSelectionIndicator
      [value]="mode"
      (change)="choose($event.value)"
    >
      <mat-button-toggle value="development">Development</mat-button-toggle>
      <mat-button-toggle value="production">Production</mat-button-toggle>
    </mat-button-toggle-group>
  `,
  styleUrl: './mode-switch.scss',
})
export class ModeSwitch {
  readonly #location = inject(DOCUMENT).location;
  protected readonly mode = inject(DELIVERY_MODE);

  protected choose(mode: DeliveryMode): void {
    this.#location.assign(addressInMode(this.#location.href, mode));
  }
}
