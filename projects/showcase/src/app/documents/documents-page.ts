import { Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { LoadProblem } from '../api/load-problem.ts';
import { ResourceList } from '../api/resource-list.ts';
import { Icon } from '../appearance/icon.ts';
import { PageResources } from '../faults/page-resources.ts';
import { SignLog } from '../faults/sign-log.ts';
import { Session } from '../session/session.ts';
import { documentRef } from './document-ref.ts';
import { DocumentRow } from './document-row.ts';

/** The documents of whoever is signed in; an administrator sees everybody's. */
@Component({
  selector: 'app-documents-page',
  imports: [DocumentRow, Icon, LoadProblem, RouterLink],
  providers: [ResourceList],
  templateUrl: './documents-page.html',
  styleUrl: './documents-page.scss',
})
export class DocumentsPage {
  protected readonly session = inject(Session);
  protected readonly list = inject(ResourceList);
  /** Sign requests since this page was entered. */
  protected readonly requests = inject(SignLog).sinceNow();
  protected readonly documents = computed(() => this.list.items().filter(({ kind }) => kind === 'document'));

  constructor() {
    inject(PageResources).follow(() => this.documents().map(documentRef));
    this.load();
  }

  protected load(): void {
    // The server shows to each what each may see: one's own, or everybody's.
    void this.list.load('users/');
  }
}
