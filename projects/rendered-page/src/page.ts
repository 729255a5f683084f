import { AsyncPipe } from '@angular/common';
import { Component, inject, PendingTasks, signal } from '@angular/core';
import {
  ResourceHref,
  resourceUrl,
  ResourceSrc,
  ResourceUrlError,
  ResourceUrlService,
} from '@countersign/angular';
import { ResourceImage } from '@countersign/angular/image';
import { injectResourceUploads, presignedPost } from '@countersign/angular/upload';
import { Greeting } from './greeting.ts';

/** Every way to a URL, on one page. */
@Component({
  selector: 'app-root',
  imports: [AsyncPipe, ResourceHref, ResourceImage, ResourceSrc],
  template: `
    <h1>{{ greeting() }}</h1>
    <img id="stream" [src]="urls.getTeamMemberPhotoUrl('avatar-2.jpg') | async" alt="Ada Lovelace" />
    <img id="foreign" [src]="urls.getUrl('data:image/gif;base64,R0lGODlhAQABAAAAACw=') | async" alt="" />
    <p id="status">{{ status().status }}</p>
    <p id="signed">{{ signed() }}</p>
    <p id="later">{{ later() }}</p>
    <p id="uploads">{{ uploads.items().length }}</p>
    <p id="preloaded">{{ preloaded() }}</p>
    @if (resource.hasValue()) {
      <p id="resource">{{ resource.value() }}</p>
    } @else {
      <p id="resource">{{ resource.status() }}</p>
    }
    <img id="healing" resourceSrc="public/team/avatar-1.jpg" alt="Grace Hopper" />
    <video id="video"><source id="source" resourceSrc="public/videos/tour.webm" /></video>
    <a id="link" [resourceHref]="{ kind: 'document', userId: 'ada', name: 'contract.pdf' }">Contract</a>
    <img
      id="optimized"
      resourceImage="public/team/avatar-3.jpg"
      width="600"
      height="800"
      priority
      alt="Linus"
    />
    <div style="height: 5000px"></div>
    <img
      id="lazy"
      resourceSrc="public/team/avatar-8.jpg"
      loading="lazy"
      width="64"
      height="64"
      alt="Barbara"
    />
  `,
})
export class Page {
  readonly #tasks = inject(PendingTasks);
  protected readonly urls = inject(ResourceUrlService);
  protected readonly status = this.urls.getState({ kind: 'teamPhoto', name: 'avatar-2.jpg' });
  protected readonly resource = resourceUrl(() => 'public/team/avatar-7.jpg');
  protected readonly signed = signal('');
  /** As `signed`, asked for when the answer to the first request is there, as by a guard behind a guard. */
  protected readonly later = signal('');
  protected readonly preloaded = signal('');
  /** On a server there is nothing to send, and nothing to send it to. */
  protected readonly uploads = injectResourceUploads({ transport: presignedPost() });
  protected readonly greeting = inject(Greeting).text;

  constructor() {
    void this.#tasks.run(async () => {
      this.signed.set(await this.#sign('public/team/avatar-4.jpg'));
      this.later.set(await this.#sign('public/team/avatar-9.jpg'));
    });
    void this.#tasks.run(async () => {
      await this.urls.preload(['public/team/avatar-5.jpg', 'public/team/avatar-6.jpg']);
      this.preloaded.set('preloaded');
    });
  }

  /** @returns the URL, or why there is none */
  async #sign(path: string): Promise<string> {
    try {
      return (await this.urls.sign(path)).url;
    } catch (problem) {
      return problem instanceof ResourceUrlError ? problem.code : String(problem);
    }
  }
}
