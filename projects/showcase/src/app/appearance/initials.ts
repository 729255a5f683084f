import { Component, computed, input } from '@angular/core';

/** A disc with the first letter of a name, always in the same one of a few inks for the same person. */
@Component({
  selector: 'app-initials',
  template: `{{ letter() }}`,
  host: { 'aria-hidden': 'true', '[style.--hue]': 'hue()' },
  styles: `
    :host {
      display: inline-grid;
      place-items: center;
      flex: none;
      width: 2em;
      height: 2em;
      border-radius: 50%;
      background: light-dark(hsl(var(--hue) 45% 88%), hsl(var(--hue) 30% 28%));
      color: light-dark(hsl(var(--hue) 60% 26%), hsl(var(--hue) 60% 88%));
      font-weight: 650;
      line-height: 1;
    }
  `,
})
export class Initials {
  readonly name = input.required<string>();
  protected readonly letter = computed(() => [...this.name().trim()][0]?.toLocaleUpperCase() ?? '?');
  protected readonly hue = computed(
    () => [...this.name()].reduce((sum, letter) => sum * 31 + (letter.codePointAt(0) ?? 0), 7) % 360,
  );
}
