import { Component, inject } from '@angular/core';
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
}
