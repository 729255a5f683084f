import { ChangeDetectionStrategy, Component } from '@angular/core';
import { RouterLink, RouterOutlet } from '@angular/router';

@Component({
  selector: 'bench-root',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [RouterLink, RouterOutlet],
  template: `
    @for (page of pages; track page) {
      <nav>
        <a [routerLink]="page" [id]="page">{{ page }}</a>
      </nav>
    }
    <router-outlet />
  `,
})
export class Root {
  protected readonly pages = ['photos', 'nothing'];
}
