import { DatePipe, DOCUMENT } from '@angular/common';
import { Component, ElementRef, inject, output, viewChild } from '@angular/core';
import { MatButton, MatIconButton } from '@angular/material/button';
import { MatButtonToggle, MatButtonToggleGroup } from '@angular/material/button-toggle';
import { MatSlideToggle } from '@angular/material/slide-toggle';
import { Icon } from '../appearance/icon.ts';
import { FaultChoice, type Fault } from './fault-choice.ts';
import { PageResources, type StateCounts } from './page-resources.ts';
import { SignLog, type SignRequest } from './sign-log.ts';

const words: Readonly<Record<Fault, string>> = {
  normal: 'Sign requests are answered as ever.',
  '429': 'Sign requests are refused: too many, come back in 5 seconds.',
  '500': 'Sign requests fail on the server.',
  slow: 'Sign requests are answered after 5 seconds.',
  dead: 'The connection ends before there is an answer.',
};

/** Makes the sign requests of this tab fail, and shows what the library does about it. */
@Component({
  selector: 'app-fault-panel',
  imports: [DatePipe, Icon, MatButton, MatButtonToggle, MatButtonToggleGroup, MatIconButton, MatSlideToggle],
  templateUrl: './fault-panel.html',
  styleUrl: './fault-panel.scss',
  host: { '(keydown.escape)': 'closed.emit()' },
})
export class FaultPanel {
  readonly #location = inject(DOCUMENT).location;
  private readonly title = viewChild.required<ElementRef<HTMLElement>>('title');

  readonly closed = output();

  protected readonly choice = inject(FaultChoice);
  protected readonly log = inject(SignLog);
  protected readonly page = inject(PageResources);
  // Spelled out: numbers would come first.
  protected readonly faults: readonly { fault: Fault; label: string }[] = [
    { fault: 'normal', label: 'Normal' },
    { fault: '429', label: '429' },
    { fault: '500', label: '500' },
    { fault: 'slow', label: 'Slow' },
    { fault: 'dead', label: 'Dead' },
  ];
  protected readonly words = words;
  protected readonly states: readonly (keyof StateCounts)[] = [
    'loading',
    'ready',
    'stale',
    'fallback',
    'failed',
  ];

  focus(): void {
    this.title().nativeElement.focus();
  }

  protected toneOf({ answer, refused }: SignRequest): string {
    if (answer === 'waiting') return 'waiting';
    return answer === '200' && refused === 0 ? 'good' : 'bad';
  }

  protected wordsOf({ answer, refused }: SignRequest): string {
    return refused > 0 ? `${answer}, ${refused} refused` : answer;
  }

  protected reload(): void {
    this.#location.reload();
  }
}
