import { Component, computed, inject, input } from '@angular/core';
import { Icon } from '../appearance/icon.ts';
import { DELIVERY_MODE } from './delivery-mode.ts';

const names = new Intl.ListFormat('en', { type: 'conjunction' });

/** Says how this page gets its photos, and in development mode what that costs once a key is revoked. */
@Component({
  selector: 'app-mode-callout',
  imports: [Icon],
  templateUrl: './mode-callout.html',
  styleUrl: './mode-callout.scss',
})
export class ModeCallout {
  protected readonly mode = inject(DELIVERY_MODE);

  /** Names of the people whose keys are revoked and who have photos here. */
  readonly revoked = input<readonly string[]>([]);

  protected readonly whoseKeys = computed(() => {
    const [only, ...others] = this.revoked();
    if (!only) return undefined;
    return others.length === 0
      ? `${only}’s key is revoked`
      : `The keys of ${names.format(this.revoked())} are revoked`;
  });
}
