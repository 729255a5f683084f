import { Component, computed, input, output } from '@angular/core';
import { MatButton } from '@angular/material/button';
import type { PhotoStatus } from './photo-status.ts';

const reasons: Readonly<Record<string, string>> = {
  'owner-revoked': 'Its owner’s key is revoked.',
  'not-found': 'It was removed.',
};

/** What stands where a photo was. */
@Component({
  selector: 'app-photo-gone',
  imports: [MatButton],
  templateUrl: './photo-gone.html',
  styleUrl: './photo-gone.scss',
  host: { 'data-testid': 'photo-gone', '[attr.data-reason]': 'status().is' },
})
export class PhotoGone {
  readonly status = input.required<PhotoStatus>();
  readonly retry = output();

  protected readonly unreachable = computed(() => this.status().is === 'unreachable');
  protected readonly reason = computed(() => {
    const status = this.status();
    if (status.is === 'refused') return reasons[status.code ?? ''] ?? 'Its URL is refused.';
    return this.unreachable()
      ? 'Nobody can say now whether it may be shown.'
      : 'What comes is not a picture.';
  });
}
