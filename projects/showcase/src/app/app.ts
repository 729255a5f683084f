import { afterNextRender, Component, ElementRef, inject, Injector, signal, viewChild } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton, MatIconButton } from '@angular/material/button';
import { NavigationEnd, Router, RouterOutlet } from '@angular/router';
import { filter } from 'rxjs';
import { Appearance } from './appearance/appearance.ts';
import { Icon } from './appearance/icon.ts';
import { Demonstration } from './faults/fault-choice.ts';
import { FaultPanel } from './faults/fault-panel.ts';
import { FaultToggle } from './faults/fault-toggle.ts';
import { ModeSwitch } from './mode/mode-switch.ts';
import { PageLinks } from './navigation/page-links.ts';
import { PersonMenu } from './session/person-menu.ts';
import { Session } from './session/session.ts';

/** The bar above every page, and the page of whoever is signed in. */
@Component({
  selector: 'app-root',
  imports: [
    FaultPanel,
    FaultToggle,
    Icon,
    MatButton,
    MatIconButton,
    ModeSwitch,
    PageLinks,
    PersonMenu,
    RouterOutlet,
  ],
  templateUrl: './app.html',
  styleUrl: './app.scss',
})
export class App {
  readonly #injector = inject(Injector);
  private readonly main = viewChild.required<ElementRef<HTMLElement>>('main');
  private readonly faultPanel = viewChild(FaultPanel);
  private readonly faultToggle = viewChild(FaultToggle);
  protected readonly session = inject(Session);
  protected readonly appearance = inject(Appearance);
  protected readonly demonstration = inject(Demonstration);
  protected readonly faultsOpen = signal(false);

  constructor() {
    // Whoever follows a link goes on at the top of the new page, with the keyboard too; also when that overtakes the
    // first page (number 1), which then never ends. Who types into a filter of a page, which the address repeats, stays.
    let before: string | undefined;
    inject(Router)
      .events.pipe(
        filter((event) => event instanceof NavigationEnd),
        takeUntilDestroyed(),
      )
      .subscribe(({ id, urlAfterRedirects }) => {
        const [path] = urlAfterRedirects.split(/[?#]/);
        const moved = path !== before;
        before = path;
        if (id > 1 && moved) this.#afterRender(() => this.skipToMain());
      });
    void this.session.start();
    this.demonstration.ask();
  }

  protected openFaults(open: boolean): void {
    this.faultsOpen.set(open);
    this.#afterRender(() => (open ? this.faultPanel()?.focus() : this.faultToggle()?.focus()));
  }

  protected skipToMain(): void {
    this.main().nativeElement.focus({ preventScroll: true });
  }

  #afterRender(action: () => void): void {
    afterNextRender(action, { injector: this.#injector });
  }
}
