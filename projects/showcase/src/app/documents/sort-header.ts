import { Component, computed, inject, input } from '@angular/core';
import { Icon } from '../appearance/icon.ts';
import { DocumentList } from './document-list.ts';
import { usualDirection, type SortColumn } from './document-query.ts';

/** The head of a column by which the table can be sorted: a button that sorts, and the other way when pressed again. */
@Component({
  selector: 'th[appSortHeader]',
  imports: [Icon],
  template: `
    <button type="button" [attr.data-testid]="'sort-' + appSortHeader()" (click)="sort()">
      <ng-content /><app-icon [name]="order() === 'ascending' ? 'up' : 'down'" />
    </button>
  `,
  styleUrl: './sort-header.scss',
  host: { scope: 'col', '[attr.aria-sort]': 'order()' },
})
export class SortHeader {
  readonly #list = inject(DocumentList);
  readonly appSortHeader = input.required<SortColumn>();

  /** As `aria-sort` has it; nothing where another column sorts. */
  protected readonly order = computed(() => {
    const { sort, direction } = this.#list.query();
    if (sort !== this.appSortHeader()) return undefined;
    return direction === 'asc' ? 'ascending' : 'descending';
  });

  protected sort(): void {
    const sort = this.appSortHeader();
    const usual = usualDirection(sort);
    const other = usual === 'asc' ? 'desc' : 'asc';
    const { sort: now, direction } = this.#list.query();
    this.#list.change({ sort, direction: now === sort && direction === usual ? other : usual });
  }
}
