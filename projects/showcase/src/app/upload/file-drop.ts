import { Directive, output, signal } from '@angular/core';

/**
 * Takes files dropped anywhere on the page, unless something on it has taken them already, as a drop zone does; `over`
 * says that some are held above the page. It is for the mouse alone: the page offers another way for the keyboard.
 */
@Directive({
  selector: '[appFileDrop]',
  exportAs: 'fileDrop',
  host: {
    '(document:dragenter)': 'enter($event)',
    '(document:dragover)': 'allow($event)',
    '(document:dragleave)': 'leave($event)',
    '(document:drop)': 'drop($event)',
  },
})
export class FileDrop {
  readonly #over = signal(false);

  readonly over = this.#over.asReadonly();
  readonly dropped = output<File[]>();

  protected enter(event: DragEvent): void {
    if (holdsFiles(event)) this.#over.set(true);
  }

  // Without this the browser would open the file in place of the page.
  protected allow(event: DragEvent): void {
    if (holdsFiles(event)) event.preventDefault();
  }

  // Moving between elements leaves one for another; only the way out of the window has none.
  protected leave(event: DragEvent): void {
    if (event.relatedTarget === null) this.#over.set(false);
  }

  protected drop(event: DragEvent): void {
    this.#over.set(false);
    if (!holdsFiles(event) || event.defaultPrevented) return;
    event.preventDefault();
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length > 0) this.dropped.emit(files);
  }
}

const holdsFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
