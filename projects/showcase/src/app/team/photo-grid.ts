import { Component, inject, output, viewChildren } from '@angular/core';
import { MatButton } from '@angular/material/button';
import type { Resource } from '../api/resource.ts';
import { Icon } from '../appearance/icon.ts';
import { PhotoCard } from './photo-card.ts';
import { PhotoSelection } from './photo-selection.ts';
import { TeamPhotos } from './team-photos.ts';

/** All photos as cards, or what is to be said while there are none. */
@Component({
  selector: 'app-photo-grid',
  imports: [Icon, MatButton, PhotoCard],
  templateUrl: './photo-grid.html',
  styleUrl: './photo-grid.scss',
})
export class PhotoGrid {
  private readonly cards = viewChildren(PhotoCard);
  protected readonly team = inject(TeamPhotos);
  protected readonly selection = inject(PhotoSelection);
  protected readonly skeletons = Array.from({ length: 12 }, (_, index) => index);

  /** A card was pressed by keyboard: reading should go on in the panel. */
  readonly entered = output<Resource>();

  /** Moves focus to the card of this photo. */
  focus(path: string): void {
    this.#cardOf(path)?.focus();
  }

  /** Scrolls until the card of this photo is seen. */
  reveal(path: string): void {
    this.#cardOf(path)?.reveal();
  }

  #cardOf(path: string): PhotoCard | undefined {
    return this.cards().find((card) => card.photo().path === path);
  }

  protected touched(photo: Resource, byKeyboard: boolean): void {
    this.selection.open(photo);
    if (byKeyboard) this.entered.emit(photo);
  }
}
