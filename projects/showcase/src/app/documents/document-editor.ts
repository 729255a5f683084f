import {
  afterNextRender,
  Component,
  ElementRef,
  inject,
  Injector,
  input,
  linkedSignal,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { MatButton } from '@angular/material/button';
import type { Problem } from '../api/problem.ts';
import type { Resource } from '../api/wire-types.ts';
import { DocumentChanges } from './document-changes.ts';

/** Label and notes of one document. Who is slower than somebody else sees what that person wrote, and decides. */
@Component({
  selector: 'app-document-editor',
  imports: [MatButton],
  templateUrl: './document-editor.html',
  styleUrl: './document-editor.scss',
  host: { '(keydown.escape)': 'closed.emit()' },
})
export class DocumentEditor {
  readonly #changes = inject(DocumentChanges);
  readonly #injector = inject(Injector);
  private readonly first = viewChild.required<ElementRef<HTMLInputElement>>('label');
  private readonly conflict = viewChild<ElementRef<HTMLElement>>('conflict');

  readonly document = input.required<Resource>();
  readonly saved = output<Resource>();
  readonly closed = output();

  protected readonly label = linkedSignal(() => this.document().label ?? '');
  protected readonly notes = linkedSignal(() => this.document().notes ?? '');
  protected readonly saving = signal(false);
  /** What somebody else has saved since this was opened. */
  protected readonly theirs = signal<Resource | undefined>(undefined);
  protected readonly problem = signal<Problem | undefined>(undefined);

  constructor() {
    afterNextRender(() => this.first().nativeElement.focus());
  }

  protected async save(): Promise<void> {
    if (this.saving()) return;
    this.saving.set(true);
    this.problem.set(undefined);
    const { id, revision } = this.theirs() ?? this.document();
    const edit = { label: this.label().trim() || null, notes: this.notes().trim() || null };
    const edited = await this.#changes.edit(id, edit, revision);
    this.saving.set(false);
    if (edited.is === 'saved') this.saved.emit(edited.resource);
    else if (edited.is === 'conflict') this.#showTheirs(edited.theirs);
    else this.problem.set(edited.problem);
  }

  /** Gives up what was typed. */
  protected takeTheirs(): void {
    const theirs = this.theirs();
    if (theirs) this.saved.emit(theirs);
  }

  /** The keyboard goes on at what is to be decided, which comes into view with it. */
  #showTheirs(theirs: Resource): void {
    this.theirs.set(theirs);
    afterNextRender(() => this.conflict()?.nativeElement.focus(), { injector: this.#injector });
  }
}
