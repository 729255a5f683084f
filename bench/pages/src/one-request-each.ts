import { AsyncPipe } from '@angular/common';
import { HttpClient } from '@angular/common/http';
import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { map, type Observable } from 'rxjs';
import './given.ts';

/** The same page as one writes it without the library: a request for each image. */
@Component({
  selector: 'bench-one-request-each',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AsyncPipe],
  template: `
    @for (url of urls; track $index) {
      <img [src]="url | async" width="48" height="48" alt="" />
    }
  `,
})
export class OneRequestEach {
  readonly #http = inject(HttpClient);
  protected readonly urls = window.given.photos.map((name) => this.#sign(`public/team/${name}`));

  #sign(path: string): Observable<string> {
    const request = { path, reason: 'team_member_photo', expiryMinutes: 60 };
    return this.#http.post<{ url: string }>('/api/resources/sign', request).pipe(map(({ url }) => url));
  }
}
