import { ChangeDetectionStrategy, Component, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { ResourceDropZone } from './resource-drop-zone.ts';
import { fileOf } from './testing/files.ts';
import type { RefusedFile } from './transferred-files.ts';

@Component({
  imports: [ResourceDropZone],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div
      class="zone"
      resourceDropZone
      #zone="resourceDropZone"
      [accept]="accept()"
      [multiple]="multiple()"
      [disabled]="disabled()"
      [label]="label()"
      (filesChosen)="chosen.push($event)"
      (filesRefused)="refused.push(...$event)"
    >
      <p>Drop <b>photos</b> here</p>
      <button class="inside" type="button">Help</button>
      <a class="anchor" href="#help"><i>More</i></a>
    </div>
    <button class="native" resourceDropZone (filesChosen)="chosen.push($event)">Choose</button>
  `,
})
class Page {
  readonly accept = signal('');
  readonly multiple = signal(true);
  readonly disabled = signal(false);
  readonly label = signal<string | null>(null);
  readonly chosen: (readonly File[])[] = [];
  readonly refused: RefusedFile[] = [];
}

async function show() {
  const fixture = TestBed.createComponent(Page);
  await fixture.whenStable();
  const root = fixture.nativeElement as HTMLElement;
  const element = <T extends HTMLElement>(selector: string) => root.querySelector<T>(selector)!;
  // Instead of a window of the system, which nobody would close.
  const opened = spyOn(HTMLInputElement.prototype, 'click');
  return { fixture, page: fixture.componentInstance, zone: element('.zone'), element, opened };
}

function drag(type: string, target: Element, transfer: DataTransfer | null = holding(fileOf('a.jpg'))) {
  const event = new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: transfer });
  target.dispatchEvent(event);
  return event;
}

function holding(...files: File[]): DataTransfer {
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  return transfer;
}

function press(key: string, target: Element, repeat = false) {
  const event = new KeyboardEvent('keydown', { key, repeat, bubbles: true, cancelable: true });
  target.dispatchEvent(event);
  return event;
}

describe('A drop zone for the keyboard and screen readers', () => {
  it('is a button in the tab order, named by its content', async () => {
    const { zone } = await show();
    expect(zone.getAttribute('role')).toBe('button');
    expect(zone.tabIndex).toBe(0);
    expect(zone.hasAttribute('aria-label')).toBeFalse();
    zone.focus();
    expect(document.activeElement).toBe(zone);
  });

  it('is named by label where there is one', async () => {
    const { fixture, page, zone } = await show();
    page.label.set('Add photos');
    await fixture.whenStable();
    expect(zone.getAttribute('aria-label')).toBe('Add photos');
  });

  for (const [name, key] of [
    ['Enter', 'Enter'],
    ['Space', ' '],
  ] as const) {
    it(`opens the picker with ${name}, once while it is held down, and does not scroll`, async () => {
      const { zone, opened } = await show();
      expect(press(key, zone).defaultPrevented).toBeTrue();
      expect(press(key, zone, true).defaultPrevented).toBeTrue();
      expect(opened).toHaveBeenCalledTimes(1);
    });
  }

  it('leaves keys and clicks to what has its own use for them inside', async () => {
    const { element, opened } = await show();
    expect(press('Enter', element('.inside')).defaultPrevented).toBeFalse();
    element('.inside').dispatchEvent(new MouseEvent('click', { bubbles: true }));
    element('.anchor i').dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
    expect(opened).not.toHaveBeenCalled();
  });

  it('opens the picker with a click anywhere else', async () => {
    const { element, zone, opened } = await show();
    element('b').dispatchEvent(new MouseEvent('click', { bubbles: true }));
    zone.dispatchEvent(new MouseEvent('click', { bubbles: true }));
    expect(opened).toHaveBeenCalledTimes(2);
  });

  it('leaves a real button its role and its keys, which become a click by themselves', async () => {
    const { element, opened } = await show();
    const native = element('.native');
    expect(native.hasAttribute('role')).toBeFalse();
    expect(native.hasAttribute('tabindex')).toBeFalse();
    expect(press('Enter', native).defaultPrevented).toBeFalse();
    expect(opened).not.toHaveBeenCalled();
    native.dispatchEvent(new MouseEvent('click', { bubbles: true }));
    expect(opened).toHaveBeenCalledTimes(1);
  });

  it('is out of reach while it is disabled', async () => {
    const { fixture, page, zone, opened } = await show();
    page.disabled.set(true);
    await fixture.whenStable();
    expect(zone.tabIndex).toBe(-1);
    expect(zone.getAttribute('aria-disabled')).toBe('true');
    expect(zone.classList).toContain('resource-drop-zone-disabled');
    press('Enter', zone);
    zone.dispatchEvent(new MouseEvent('click', { bubbles: true }));
    expect(opened).not.toHaveBeenCalled();
    expect(drag('drop', zone).defaultPrevented).toBeTrue();
    zone.dispatchEvent(
      new ClipboardEvent('paste', { bubbles: true, clipboardData: holding(fileOf('a.jpg')) }),
    );
    expect(page.chosen).toEqual([]);
  });
});

describe('The file picker of a drop zone', () => {
  it('asks for what the zone takes, and hands on what was chosen, also the same file twice', async () => {
    const { fixture, page, zone, opened } = await show();
    page.accept.set('image/*,.pdf');
    await fixture.whenStable();
    zone.dispatchEvent(new MouseEvent('click'));
    const picker = opened.calls.mostRecent().object as HTMLInputElement;
    expect([picker.type, picker.accept, picker.multiple, picker.hidden]).toEqual([
      'file',
      'image/*,.pdf',
      true,
      true,
    ]);
    for (let round = 1; round <= 2; round++) {
      expect(picker.files!.length).toBe(0);
      picker.files = holding(fileOf('a.jpg')).files;
      picker.dispatchEvent(new Event('change'));
      zone.dispatchEvent(new MouseEvent('click'));
    }
    expect(page.chosen.map((files) => files.map(({ name }) => name))).toEqual([['a.jpg'], ['a.jpg']]);
    expect(zone.querySelectorAll('input').length).toBe(1);
  });

  it('does not open again because of its own click', async () => {
    const { zone, opened } = await show();
    zone.dispatchEvent(new MouseEvent('click'));
    const picker = opened.calls.mostRecent().object as HTMLInputElement;
    opened.calls.reset();
    picker.dispatchEvent(new MouseEvent('click', { bubbles: true }));
    expect(opened).not.toHaveBeenCalled();
  });
});

describe('Files held above a drop zone', () => {
  const over = 'resource-drop-zone-over';

  it('mark it until they leave, and not less while they cross what is inside', async () => {
    const { fixture, element, zone } = await show();
    const marked = async () => {
      await fixture.whenStable();
      return zone.classList.contains(over);
    };
    drag('dragenter', zone);
    expect(await marked()).toBeTrue();
    drag('dragenter', element('p'));
    drag('dragleave', zone);
    drag('dragenter', element('b'));
    drag('dragleave', element('p'));
    expect(await marked()).toBeTrue();
    drag('dragenter', zone);
    drag('dragleave', element('b'));
    expect(await marked()).toBeTrue();
    drag('dragleave', zone);
    expect(await marked()).toBeFalse();
  });

  it('may be dropped: the browser is told so, and does not open them in place of the page', async () => {
    const { fixture, page, zone } = await show();
    const transfer = holding(fileOf('a.jpg'), fileOf('b.jpg'));
    drag('dragenter', zone, transfer);
    expect(drag('dragover', zone, transfer).defaultPrevented).toBeTrue();
    expect(drag('drop', zone, transfer).defaultPrevented).toBeTrue();
    await fixture.whenStable();
    expect(page.chosen.map((files) => files.map(({ name }) => name))).toEqual([['a.jpg', 'b.jpg']]);
    expect(page.refused).toEqual([]);
    expect(zone.classList).not.toContain(over);
  });

  it('are files: text and links pass by', async () => {
    const { fixture, page, zone } = await show();
    const text = new DataTransfer();
    text.setData('text/plain', 'hello');
    for (const type of ['dragenter', 'dragover', 'drop'] as const) {
      expect(drag(type, zone, text).defaultPrevented).toBeFalse();
      expect(drag(type, zone, null).defaultPrevented).toBeFalse();
    }
    await fixture.whenStable();
    expect(zone.classList).not.toContain(over);
    expect(page.chosen).toEqual([]);
  });
});

describe('What a drop zone does not take', () => {
  const names = (page: Page) => page.chosen.map((files) => files.map(({ name }) => name));

  it('is told: other types', async () => {
    const { fixture, page, zone } = await show();
    page.accept.set('image/*');
    await fixture.whenStable();
    drag('drop', zone, holding(fileOf('a.txt', 1, 'text/plain'), fileOf('b.jpg')));
    expect(names(page)).toEqual([['b.jpg']]);
    expect(page.refused).toEqual([{ name: 'a.txt', reason: 'unsupported-type' }]);
  });

  it('is told: all but the first where only one is taken', async () => {
    const { fixture, page, zone } = await show();
    page.multiple.set(false);
    await fixture.whenStable();
    drag('drop', zone, holding(fileOf('a.jpg'), fileOf('b.jpg')));
    expect(names(page)).toEqual([['a.jpg']]);
    expect(page.refused).toEqual([{ name: 'b.jpg', reason: 'too-many' }]);
  });

  it('is told: folders', async () => {
    const { page, zone } = await show();
    spyOn(DataTransferItem.prototype, 'webkitGetAsEntry').and.callFake(function (this: DataTransferItem) {
      const name = this.getAsFile()!.name;
      return { name, isDirectory: name === 'holiday' } as FileSystemEntry;
    });
    drag('drop', zone, holding(fileOf('holiday', 1, ''), fileOf('b.jpg')));
    expect(names(page)).toEqual([['b.jpg']]);
    expect(page.refused).toEqual([{ name: 'holiday', reason: 'folder' }]);
  });

  it('leaves nothing to take, and then says nothing of files', async () => {
    const { fixture, page, zone } = await show();
    page.accept.set('.pdf');
    await fixture.whenStable();
    drag('drop', zone, holding(fileOf('b.jpg')));
    expect(names(page)).toEqual([]);
    expect(page.refused.length).toBe(1);
  });
});

describe('What is pasted into a drop zone', () => {
  const paste = (zone: Element, clipboardData: DataTransfer) => {
    const event = new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData });
    zone.dispatchEvent(event);
    return event;
  };

  it('is taken when it is files, e.g. a screenshot', async () => {
    const { page, zone } = await show();
    expect(paste(zone, holding(fileOf('image.png', 10, 'image/png'))).defaultPrevented).toBeTrue();
    expect(page.chosen.map((files) => files.map(({ name }) => name))).toEqual([['image.png']]);
  });

  it('is left alone when it is text', async () => {
    const { page, zone } = await show();
    const text = new DataTransfer();
    text.setData('text/plain', 'hello');
    expect(paste(zone, text).defaultPrevented).toBeFalse();
    expect(page.chosen).toEqual([]);
  });
});
