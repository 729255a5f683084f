import { Component, effect, ElementRef, inject, untracked, viewChild } from '@angular/core';
import { MatButton, MatIconButton } from '@angular/material/button';
import { RouterOutlet } from '@angular/router';
import { ResourceUrlService } from '@countersign/angular';
import { Appearance } from './appearance/appearance.ts';
import { Icon } from './appearance/icon.ts';
import { ModeSwitch } from './mode/mode-switch.ts';
import { PersonMenu } from './session/person-menu.ts';
import { Session } from './session/session.ts';

/** The bar above every page, and the page of whoever is signed in. */
@Component({
  selector: 'app-root',
  imports: [Icon, MatButton, MatIconButton, ModeSwitch, PersonMenu, RouterOutlet],
  templateUrl: './app.html',
  styleUrl: './app.scss',
})
export class App {
  private readonly main = viewChild.required<ElementRef<HTMLElement>>('main');
  protected readonly session = inject(Session);
  protected readonly appearance = inject(Appearance);

  constructor() {
    const resourceUrls = inject(ResourceUrlService);
    // URLs name who asked for them, so nobody inherits those of another person.
    effect(() => {
      this.session.person();
      untracked(() => resourceUrls.clear());
    });
    void this.session.start();
  }

  protected skipToMain(): void {
    this.main().nativeElement.focus();
  }
}
