import { HttpErrorResponse } from '@angular/common/http';
import { problemOf } from './problem.ts';

describe('a problem in words', () => {
  it('is what the server wrote into problem+json', () => {
    const error = new HttpErrorResponse({
      status: 415,
      error: { title: 'Not a picture', detail: 'a.jpg is text.', code: 'x' },
    });
    expect(problemOf(error)).toEqual({
      title: 'Not a picture',
      detail: 'a.jpg is text.',
      status: 415,
      code: 'x',
    });
  });

  it('adds nothing to a title that came alone', () => {
    const error = new HttpErrorResponse({ status: 400, error: { title: 'The upload has no bytes' } });
    expect(problemOf(error)).toEqual({ title: 'The upload has no bytes', detail: '', status: 400 });
  });

  it('is read from text too', () => {
    const error = new HttpErrorResponse({
      status: 413,
      error: '{"title":"Too large","detail":"50 MB at most."}',
    });
    expect(problemOf(error).detail).toBe('50 MB at most.');
  });

  it('names the status when the answer explains nothing', () => {
    for (const body of [null, 'a proxy wrote this', '[1]', { detail: 7 }]) {
      const problem = problemOf(new HttpErrorResponse({ status: 502, error: body }));
      expect(problem.title).toBe('The server answered 502');
      expect(problem.detail).toBe('It gave no further explanation.');
    }
  });

  it('says so when nobody answered', () => {
    expect(problemOf(new HttpErrorResponse({ status: 0 })).title).toBe('The server does not answer');
  });

  it('does not show the inside of an unexpected error', () => {
    expect(JSON.stringify(problemOf(new Error('https://cdn.example.com/a.jpg?sig=secret')))).not.toContain(
      'secret',
    );
  });
});
