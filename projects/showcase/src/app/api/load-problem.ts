import { Component, input, output } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Icon } from '../appearance/icon.ts';
import type { Problem } from './problem.ts';

/** Says why a list did not come, and offers another try. */
@Component({
  selector: 'app-load-problem',
  imports: [Icon, MatButton],
  template: `
    <div class="message" role="alert" data-testid="load-problem">
      <app-icon name="alert" />
      <h2>{{ problem().title }}</h2>
      <p>{{ problem().detail }}</p>
      <!-- Who has no right to it gets none by asking again. -->
      @if (problem().status !== 403) {
        <button matButton="tonal" type="button" (click)="retry.emit()">
          <app-icon matButtonIcon name="retry" />Try again
        </button>
      }
    </div>
  `,
  styleUrl: './load-problem.scss',
})
export class LoadProblem {
  readonly problem = input.required<Problem>();
  readonly retry = output();
}
