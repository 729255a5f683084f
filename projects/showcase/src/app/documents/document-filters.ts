import { Component, inject } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { debounceTime, Subject } from 'rxjs';
import { Icon } from '../appearance/icon.ts';
import { DocumentList } from './document-list.ts';
import { kindChoices, sortChoices, statusChoices, type DocumentQuery } from './document-query.ts';

/** While somebody types, not every letter is a question. */
const TYPING_MS = 250;

/** What the list shows, and in which order. */
@Component({
  selector: 'app-document-filters',
  imports: [Icon],
  templateUrl: './document-filters.html',
  styleUrl: './document-filters.scss',
})
export class DocumentFilters {
  protected readonly list = inject(DocumentList);
  protected readonly typed = new Subject<string>();
  protected readonly choices = [
    { field: 'kind', label: 'Kind', options: kindChoices },
    { field: 'status', label: 'Status', options: statusChoices },
    { field: 'sort', label: 'Order', options: sortChoices },
  ] as const;

  constructor() {
    this.typed
      .pipe(debounceTime(TYPING_MS), takeUntilDestroyed())
      .subscribe((search) => this.list.change({ search }));
  }

  protected choose(field: 'kind' | 'status' | 'sort', value: string): void {
    this.list.change({ [field]: value } as Partial<DocumentQuery>);
  }
}
