import { BreakpointObserver } from '@angular/cdk/layout';
import { effect, inject, Injector, Service, signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { MatBottomSheet, type MatBottomSheetRef } from '@angular/material/bottom-sheet';
import { map } from 'rxjs';
import type { Resource } from '../api/resource.ts';
import { PhotoSheet } from '../trail/photo-sheet.ts';

/** From this width on the panel stands beside the photos; below, it slides over them. */
const WIDE = '(min-width: 1080px)';

/** The photo just touched. */
@Service({ autoProvided: false })
export class PhotoSelection {
  readonly #sheets = inject(MatBottomSheet);
  readonly #injector = inject(Injector);
  readonly #photo = signal<Resource | undefined>(undefined);
  #sheet: MatBottomSheetRef<PhotoSheet> | undefined;

  readonly photo = this.#photo.asReadonly();
  /** Whether there is room for the panel beside the photos. */
  readonly wide = toSignal(
    inject(BreakpointObserver)
      .observe(WIDE)
      .pipe(map(({ matches }) => matches)),
    { initialValue: true },
  );

  constructor() {
    effect(() => {
      if (this.wide()) this.#sheet?.dismiss();
    });
  }

  /** Shows the photo where that takes nothing else away. */
  glance(photo: Resource): void {
    if (this.wide()) this.#photo.set(photo);
  }

  /** Shows the photo, over the page where there is no room beside it. */
  open(photo: Resource): void {
    this.#photo.set(photo);
    if (this.wide()) return;
    const sheet = this.#sheets.open<PhotoSheet, Resource>(PhotoSheet, {
      data: photo,
      ariaLabel: `URL and paper trail of ${photo.displayName}`,
      injector: this.#injector,
      autoFocus: 'dialog',
    });
    this.#sheet = sheet;
    sheet.afterDismissed().subscribe(() => {
      if (!this.wide()) this.#photo.set(undefined);
    });
  }

  close(): void {
    this.#photo.set(undefined);
  }
}
