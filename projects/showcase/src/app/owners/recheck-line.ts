import { Component, computed, inject, input } from '@angular/core';
import { Icon } from '../appearance/icon.ts';
import { DELIVERY_MODE } from '../mode/delivery-mode.ts';
import type { Recheck } from '../team/shown-photos.ts';
import type { KeyChange } from './key-change.ts';

/** What asking again for the photos on this page found, in one sentence. */
@Component({
  selector: 'app-recheck-line',
  imports: [Icon],
  template: `<app-icon [name]="tone() === 'answered' ? 'alert' : 'refused'" /><span>{{ sentence() }}</span>`,
  styleUrl: './recheck-line.scss',
  host: { 'data-testid': 'recheck', '[class]': 'tone()' },
})
export class RecheckLine {
  readonly #development = inject(DELIVERY_MODE) === 'development';

  readonly recheck = input.required<Recheck>();
  readonly change = input.required<KeyChange['change']>();

  protected readonly tone = computed(() => {
    const { refused, answered } = this.recheck();
    if (answered > 0) return 'answered';
    return refused > 0 ? 'refused' : 'unknown';
  });

  protected readonly sentence = computed(() => {
    const { asked, refused, answered } = this.recheck();
    if (this.change() === 'reinstated') {
      return `This page asked again for ${count(asked, 'old URL')}: ${refused} still refused.`;
    }
    const again = `This page asked again for ${count(asked, 'photo')}:`;
    if (answered === 0) return `${again} ${refused} refused.`;
    const still = `${again} ${answered} still ${answered === 1 ? 'answers' : 'answer'}.`;
    return this.#development ? `${still} Direct paths know no keys.` : still;
  });
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
