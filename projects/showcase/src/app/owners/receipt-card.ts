import { DatePipe } from '@angular/common';
import { Component, DOCUMENT, ElementRef, inject, input, output, viewChild } from '@angular/core';
import { MatButton, MatIconButton } from '@angular/material/button';
import { Icon } from '../appearance/icon.ts';
import type { KeyChange } from './key-change.ts';
import { RecheckLine } from './recheck-line.ts';

/** The answer to a revocation or reinstatement, as a slip of paper one can read. */
@Component({
  selector: 'app-receipt-card',
  imports: [DatePipe, Icon, MatButton, MatIconButton, RecheckLine],
  templateUrl: './receipt-card.html',
  styleUrl: './receipt-card.scss',
})
export class ReceiptCard {
  private readonly heading = viewChild.required<ElementRef<HTMLElement>>('heading');
  readonly #element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  readonly #location = inject(DOCUMENT).location;

  readonly keyChange = input.required<KeyChange>();
  readonly closed = output();

  /** The button that was pressed is gone, so that reading goes on here. */
  focus(): void {
    this.heading().nativeElement.focus({ preventScroll: true });
    this.#element.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
  }

  protected reload(): void {
    this.#location.reload();
  }
}
