import { Component, computed, inject } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { ActivatedRoute, RouterLink, RouterLinkActive } from '@angular/router';

/** The pages, in the bar above each of them. */
@Component({
  selector: 'app-page-links',
  imports: [RouterLink, RouterLinkActive],
  template: `
    <nav aria-label="Pages">
      @for (page of pages; track page.path) {
        <a
          [routerLink]="page.path"
          [queryParams]="kept()"
          routerLinkActive="here"
          ariaCurrentWhenActive="page"
          [attr.data-testid]="'page-' + page.path.slice(1)"
          >{{ page.name }}</a
        >
      }
    </nav>
  `,
  styles: `
    nav {
      display: flex;
      gap: 0.125rem;
    }
    a {
      padding: 0.375rem 0.75rem;
      border-radius: 999px;
      color: var(--mat-sys-on-surface-variant);
      font-size: 0.875rem;
      font-weight: 550;
      text-decoration: none;
      transition: background 150ms;
    }
    a:hover {
      background: var(--mat-sys-surface-container-high);
    }
    .here {
      background: var(--mat-sys-primary-container);
      color: var(--mat-sys-on-primary-container);
    }
    @media (max-width: 40rem) {
      nav {
        flex-wrap: wrap;
        justify-content: space-between;
      }
      a {
        padding: 0.375rem 0.5rem;
      }
    }
  `,
})
export class PageLinks {
  readonly #address = toSignal(inject(ActivatedRoute).queryParamMap);
  /** The mode goes along; what a page was filtered by does not. */
  protected readonly kept = computed(() => ({ mode: this.#address()?.get('mode') ?? null }));
  protected readonly pages = [
    { path: '/team', name: 'Team' },
    { path: '/gallery', name: 'Gallery' },
    { path: '/documents', name: 'Documents' },
    { path: '/video', name: 'Video' },
    { path: '/upload', name: 'Upload' },
  ];
}
