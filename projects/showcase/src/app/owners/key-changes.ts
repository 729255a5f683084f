import { inject, Service, signal } from '@angular/core';
import { ResourceUrlService } from '@countersign/angular';
import type { Owner } from '../api/owner.ts';
import { teamPhotoName, type Resource } from '../api/resource.ts';
import { ShownPhotos } from '../team/shown-photos.ts';
import { TeamPhotos } from '../team/team-photos.ts';
import type { KeyChange } from './key-change.ts';
import { OwnerKeys } from './owner-keys.ts';

/** Changes a key and then asks again for the photos on this page, so that one sees what it did to them. */
@Service({ autoProvided: false })
export class KeyChanges {
  readonly #keys = inject(OwnerKeys);
  readonly #photos = inject(TeamPhotos);
  readonly #shownPhotos = inject(ShownPhotos);
  readonly #resourceUrls = inject(ResourceUrlService);
  readonly #last = signal<KeyChange | undefined>(undefined);

  /** The change made last, until it is put away. */
  readonly last = this.#last.asReadonly();

  putAway(): void {
    this.#last.set(undefined);
  }

  /** Revokes, then asks again for every photo of this owner that is shown. */
  async revoke(owner: Owner): Promise<void> {
    const receipt = await this.#keys.revoke(owner);
    if (!receipt) return;
    const change: KeyChange = { change: 'revoked', owner, receipt };
    this.#last.set(change);
    const photos = this.#photos.of(owner.id);
    const urls = this.#shownPhotos.urlsOf(photos.map(({ path }) => path));
    const recheck = await this.#shownPhotos.recheck(urls);
    if (recheck.refused > 0) photos.forEach((photo) => this.#resourceUrls.reportBroken(refOf(photo)));
    this.#last.set({ ...change, recheck });
  }

  /** Reinstates, gets new URLs for every photo of this owner, and asks again for those that died. */
  async reinstate(owner: Owner): Promise<void> {
    const reinstatement = await this.#keys.reinstate(owner);
    if (!reinstatement) return;
    const photos = this.#photos.of(owner.id);
    const dead = this.#shownPhotos
      .urlsOf(photos.map(({ path }) => path))
      .filter((url) => this.#shownPhotos.isDead(url));
    photos.forEach((photo) => this.#resourceUrls.refresh(refOf(photo)));
    const change: KeyChange = { change: 'reinstated', owner, reinstatement };
    this.#last.set(change);
    this.#last.set({ ...change, recheck: await this.#shownPhotos.recheck(dead) });
  }
}

const refOf = ({ path }: Resource) => ({ kind: 'teamPhoto', name: teamPhotoName(path) }) as const;
