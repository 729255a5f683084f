import { Component, computed, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { Icon } from '../appearance/icon.ts';
import { Initials } from '../appearance/initials.ts';
import { roleName } from './person.ts';
import { Session } from './session.ts';

/** Who is signed in, and a menu to sign in as somebody else. */
@Component({
  selector: 'app-person-menu',
  imports: [Icon, Initials, MatButton, MatMenu, MatMenuItem, MatMenuTrigger],
  templateUrl: './person-menu.html',
  styleUrl: './person-menu.scss',
})
export class PersonMenu {
  protected readonly session = inject(Session);
  protected readonly roleName = roleName;

  // The first name is enough where there is little room.
  protected readonly firstName = computed(() => this.#name().split(' ', 1)[0] ?? '');
  protected readonly otherNames = computed(() => this.#name().slice(this.firstName().length));
  readonly #name = computed(() => this.session.person()?.name ?? '');
}
