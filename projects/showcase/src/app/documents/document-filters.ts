import { Component, computed, inject } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { debounceTime, Subject } from 'rxjs';
import { Icon } from '../appearance/icon.ts';
import { DocumentList } from './document-list.ts';
import {
  kindChoices,
  orderChoices,
  statusChoices,
  typeChoices,
  type DocumentQuery,
} from './document-query.ts';

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
    { field: 'type', label: 'Type', options: typeChoices },
    { field: 'status', label: 'Status', options: statusChoices },
  ] as const;
  protected readonly orders = orderChoices;
  protected readonly order = computed(() => `${this.list.query().sort} ${this.list.query().direction}`);

  constructor() {
    this.typed
      .pipe(debounceTime(TYPING_MS), takeUntilDestroyed())
      .subscribe((search) => this.list.change({ search }, { passing: true }));
  }

  protected choose(field: 'kind' | 'type' | 'status', value: string): void {
    this.list.change({ [field]: value } as Partial<DocumentQuery>);
  }

  protected sort(order: string): void {
    const [sort, direction] = order.split(' ');
    this.list.change({ sort, direction } as Partial<DocumentQuery>);
  }
}
