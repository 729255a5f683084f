import { booleanAttribute, Directive, ElementRef, inject, input, output, signal } from '@angular/core';
import {
  carriesFiles,
  readTransfer,
  select,
  type RefusedFile,
  type TransferredFiles,
} from './transferred-files.ts';

/** What has an answer of its own to a click or a key. */
const INTERACTIVE = 'a[href], button, input, select, textarea, label, summary, [contenteditable]';

/**
 * Takes files that are dropped on an element, pasted into it, or chosen after a click, Enter or Space.
 *
 * The element becomes a button for the keyboard and for screen readers, which read its content, or `label` instead.
 * While files are held above it, it has the class `resource-drop-zone-over`; while `disabled`, it has
 * `resource-drop-zone-disabled`.
 *
 * ```html
 * <div
 *   resourceDropZone
 *   multiple
 *   accept="image/*"
 *   (filesChosen)="uploads.add($event, { kind: 'teamPhoto' })"
 *   (filesRefused)="refused.set($event)"
 * >
 *   Drop photos here, or press Enter to choose some
 * </div>
 * ```
 */
@Directive({
  selector: '[resourceDropZone]',
  exportAs: 'resourceDropZone',
  host: {
    '[attr.role]': 'native ? null : "button"',
    '[attr.tabindex]': 'native ? null : disabled() ? -1 : 0',
    '[attr.aria-label]': 'label()',
    '[attr.aria-disabled]': 'disabled() ? true : null',
    '[class.resource-drop-zone-over]': 'over()',
    '[class.resource-drop-zone-disabled]': 'disabled()',
    '(click)': 'click($event)',
    '(keydown.enter)': 'press($event)',
    '(keydown.space)': 'press($event)',
    '(dragenter)': 'enter($event)',
    '(dragover)': 'hover($event)',
    '(dragleave)': 'leave($event)',
    '(drop)': 'drop($event)',
    '(paste)': 'paste($event)',
  },
})
export class ResourceDropZone {
  /** Types and endings as in the HTML attribute, e.g. `image/*,.pdf`. Left out: everything. */
  readonly accept = input('');
  /** Takes more than one file at a time. */
  readonly multiple = input(false, { transform: booleanAttribute });
  /** Takes nothing. */
  readonly disabled = input(false, { transform: booleanAttribute });
  /** Names the element for screen readers. Left out: its content does. */
  readonly label = input<string | null>(null);

  /** The files to take, at least one. */
  readonly filesChosen = output<readonly File[]>();
  /** What came along and is not taken: folders, other types, more than one. At least one. */
  readonly filesRefused = output<readonly RefusedFile[]>();

  readonly #over = signal(false);
  /** Whether files are held above the element. */
  readonly over = this.#over.asReadonly();

  readonly #host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  /** A real button has a role, a place in the tab order and keys of its own. */
  protected readonly native = this.#host.tagName === 'BUTTON';
  #entered: EventTarget | null = null;
  #picker: HTMLInputElement | undefined;

  /**
   * Shows the file picker. Browsers allow that only while they handle a click or a key.
   *
   * ```html
   * <div resourceDropZone #zone="resourceDropZone">Drop photos here</div>
   * <button type="button" (click)="zone.open()">Choose photos</button>
   * ```
   */
  open(): void {
    if (this.disabled()) return;
    const picker = (this.#picker ??= this.#createPicker());
    picker.accept = this.accept();
    picker.multiple = this.multiple();
    // Emptied, so that the same file can be chosen again.
    picker.value = '';
    picker.click();
  }

  protected click({ target }: Event): void {
    if (!this.#isMeantForSomethingInside(target)) this.open();
  }

  protected press(event: Event): void {
    if (this.native || event.target !== this.#host) return;
    // Space would scroll the page.
    event.preventDefault();
    if (!(event as KeyboardEvent).repeat) this.open();
  }

  protected enter(event: DragEvent): void {
    if (!this.#allow(event)) return;
    this.#entered = event.target;
    this.#over.set(true);
  }

  protected hover(event: DragEvent): void {
    this.#allow(event);
  }

  // Between two elements inside, the next one is entered before the last one is left.
  protected leave({ target }: DragEvent): void {
    if (target === this.#entered) this.#over.set(false);
  }

  protected drop(event: DragEvent): void {
    this.#over.set(false);
    if (this.#allow(event)) this.#take(readTransfer(event.dataTransfer));
  }

  protected paste(event: ClipboardEvent): void {
    if (this.disabled() || !carriesFiles(event.clipboardData)) return;
    event.preventDefault();
    this.#take(readTransfer(event.clipboardData));
  }

  /** Keeps the browser from opening the files in place of the page, also when they are not taken. */
  #allow(event: DragEvent): event is DragEvent & { readonly dataTransfer: DataTransfer } {
    if (!carriesFiles(event.dataTransfer)) return false;
    event.preventDefault();
    event.dataTransfer.dropEffect = this.disabled() ? 'none' : 'copy';
    return !this.disabled();
  }

  #take(transferred: TransferredFiles): void {
    const { files, refused } = select(transferred, { accept: this.accept(), multiple: this.multiple() });
    if (files.length > 0) this.filesChosen.emit(files);
    if (refused.length > 0) this.filesRefused.emit(refused);
  }

  #isMeantForSomethingInside(target: EventTarget | null): boolean {
    const interactive = target instanceof Element ? target.closest(INTERACTIVE) : null;
    return interactive !== null && interactive !== this.#host && this.#host.contains(interactive);
  }

  #createPicker(): HTMLInputElement {
    const picker = this.#host.ownerDocument.createElement('input');
    picker.type = 'file';
    picker.hidden = true;
    picker.addEventListener('change', () => this.#take({ files: [...(picker.files ?? [])], refused: [] }));
    // In the document, as some browsers forget a picker that is not. Its own click is one for something inside.
    this.#host.append(picker);
    return picker;
  }
}
