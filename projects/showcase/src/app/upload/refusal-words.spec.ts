import { refusalWords } from './refusal-words.ts';

describe('why a file was refused, in words for people', () => {
  it('says what is wrong with the file', () => {
    expect(refusalWords({ code: 'empty-upload' })).toBe('The file is empty.');
    expect(
      refusalWords({ code: 'content-mismatch', detail: 'Declared image/png, found text/html.', status: 415 }),
    ).toBe('This is not really a picture of the kind its name says.');
    expect(
      refusalWords({ code: 'unsupported-type', detail: 'A teamPhoto cannot be text/plain.', status: 415 }),
    ).toContain('convert HEIC photos to JPEG first');
    expect(refusalWords({ code: 'invalid-name', detail: 'Longer than 255 bytes.', status: 400 })).toContain(
      'Rename the file',
    );
  });

  it('says how large a file may be, as far as the server told', () => {
    const detail = 'At most 52428800 bytes (MAX_UPLOAD_BYTES).';
    expect(refusalWords({ code: 'too-large', detail, status: 413 })).toBe('The file is larger than 52.4 MB.');
    expect(refusalWords({ code: 'too-large', status: 413 })).toBe('The file is too large.');
  });

  it('says that it is the person who can add nothing', () => {
    const detail = 'POST /api/owners/{id}/reinstate makes a new key.';
    expect(refusalWords({ code: 'owner-revoked', detail, status: 403 })).toBe(
      'Your key is revoked, so nothing new can be added in your name.',
    );
  });

  it('does not say that something was found in what nobody could scan', () => {
    const detail = 'The virus scanner (CLAMD_HOST) did not answer: refused.';
    expect(refusalWords({ code: 'quarantined', detail, status: 422 })).toBe(
      `The server keeps it, and gives it to nobody, until an administrator has looked. ${detail}`,
    );
  });

  it('tells a folder, and no answer, from a refusal', () => {
    expect(refusalWords({ code: 'folder' })).toContain('This is a folder');
    expect(refusalWords({ code: 'network', status: 0 })).toContain('There was no answer');
  });

  it('keeps the words of a refusal it does not know', () => {
    expect(refusalWords({ code: 'no-room', detail: 'The disk is full.', status: 507 })).toBe(
      'The disk is full.',
    );
    expect(refusalWords({ code: 'http-error', status: 502 })).toBe('The server answered 502.');
    expect(refusalWords({ code: 'toString' })).toBe('The file was refused.');
  });
});
