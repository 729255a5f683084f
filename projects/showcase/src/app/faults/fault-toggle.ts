import { Component, computed, ElementRef, inject, model, viewChild } from '@angular/core';
import { MatIconButton } from '@angular/material/button';
import { Icon } from '../appearance/icon.ts';
import { FaultChoice } from './fault-choice.ts';

/** Opens and closes the fault panel, and says that a fault is on while it is closed. */
@Component({
  selector: 'app-fault-toggle',
  imports: [Icon, MatIconButton],
  template: `
    <button
      #button
      matIconButton
      type="button"
      data-testid="fault-toggle"
      aria-controls="fault-panel"
      [attr.aria-expanded]="open()"
      [attr.aria-label]="label()"
      [class.on]="faulty()"
      (click)="open.set(!open())"
    >
      <app-icon name="fault" />
    </button>
  `,
  styles: `
    .on {
      background: var(--cs-caution-container);
      --mat-icon-button-icon-color: var(--cs-caution);
    }
  `,
})
export class FaultToggle {
  readonly #choice = inject(FaultChoice);
  private readonly button = viewChild.required('button', { read: ElementRef<HTMLElement> });

  readonly open = model(false);
  protected readonly faulty = computed(() => this.#choice.chosen() !== 'normal');
  protected readonly label = computed(() =>
    this.faulty() ? `Fault panel; ${this.#choice.chosen()} is on` : 'Fault panel',
  );

  focus(): void {
    this.button().nativeElement.focus();
  }
}
