import { NEVER } from 'rxjs';
import { bySize } from './by-size.ts';
import { fileOf } from './testing/files.ts';
import type { UploadTransport } from './upload-transport.ts';

describe('bySize', () => {
  const opened: string[] = [];
  const way = (name: string): UploadTransport => ({
    open: () => {
      opened.push(name);
      return { resumable: false, send: () => NEVER };
    },
  });

  it('sends a file of that size and above the way of large ones', () => {
    const transport = bySize(way('small'), way('large'), 100);
    for (const size of [1, 99, 100, 101]) {
      transport.open({ file: fileOf('a', size), kind: 'document', name: 'a' });
    }
    expect(opened).toEqual(['small', 'small', 'large', 'large']);
  });
});
