import { MediaMatcher } from '@angular/cdk/layout';
import { computed, DOCUMENT, effect, inject, Service, signal } from '@angular/core';

export type Scheme = 'light' | 'dark';

const KEY = 'countersign.scheme';

/** Light or dark: what the system prefers, until somebody chooses; the choice survives a reload. */
@Service()
export class Appearance {
  readonly #root = inject(DOCUMENT).documentElement;
  readonly #system = inject(MediaMatcher).matchMedia('(prefers-color-scheme: dark)');
  readonly #systemScheme = signal<Scheme>(this.#system.matches ? 'dark' : 'light');
  readonly #chosen = signal<Scheme | undefined>(stored());

  readonly scheme = computed(() => this.#chosen() ?? this.#systemScheme());

  constructor() {
    this.#system.addEventListener('change', ({ matches }) =>
      this.#systemScheme.set(matches ? 'dark' : 'light'),
    );
    effect(() => {
      this.#root.style.colorScheme = this.#chosen() ?? '';
    });
  }

  toggle(): void {
    const scheme = this.scheme() === 'dark' ? 'light' : 'dark';
    this.#chosen.set(scheme);
    try {
      localStorage.setItem(KEY, scheme);
    } catch {
      // Without storage the choice lasts until the next load.
    }
  }
}

function stored(): Scheme | undefined {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : undefined;
  } catch {
    return undefined;
  }
}
