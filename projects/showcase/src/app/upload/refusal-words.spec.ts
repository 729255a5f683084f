import { refusalWords } from './refusal-words.ts';

describe('why an upload was refused, in words for people', () => {
  const refused = (code: string, detail = '') =>
    refusalWords({ title: 'The Content-Type', detail, status: 400, code });

  it('says what is wrong with the file', () => {
    expect(refused('empty-upload')).toBe('The file is empty.');
    expect(refused('content-mismatch', 'Declared image/png, found text/html.')).toBe(
      'This is not really a picture of the kind its name says.',
    );
    expect(refused('unsupported-type', 'teamPhoto is not text/plain.')).toContain(
      'convert HEIC photos to JPEG first',
    );
    expect(refused('invalid-name', 'The name is longer than 255 bytes.')).toContain('Rename the file');
  });

  it('says how large a file may be, as far as the server told', () => {
    expect(refused('too-large', 'At most 52428800 bytes (MAX_UPLOAD_BYTES).')).toBe(
      'The file is larger than 52.4 MB.',
    );
    expect(refused('too-large', 'Send less at once.')).toBe('The file is too large.');
  });

  it('says that it is the person who can add nothing', () => {
    expect(refused('owner-revoked', 'POST /api/owners/{id}/reinstate makes a new key.')).toBe(
      'Your key is revoked, so nothing new can be added in your name.',
    );
  });

  it('keeps the words of a refusal it does not know', () => {
    expect(refusalWords({ title: 'No room', detail: 'The disk is full.', status: 507 })).toBe(
      'No room. The disk is full.',
    );
    expect(refused('toString')).toBe('The Content-Type.');
  });
});
