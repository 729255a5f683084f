import { HttpEventType, provideHttpClient, withInterceptors } from '@angular/common/http';
import {
  HttpTestingController,
  provideHttpClientTesting,
  type TestRequest,
} from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { provideResourceUrls } from '@countersign/angular';
import type { Subscription } from 'rxjs';
import type { ResourceUploadError } from './resource-upload-error.ts';
import type { UploadNews } from './upload-news.ts';
import { watchUploads } from './watch-uploads.ts';

const STREAM = '/api/resources/uploads/events';
const POLL = `${STREAM}?follow=false`;

describe('watchUploads', () => {
  let http: HttpTestingController;
  let told: UploadNews[];
  let failure: ResourceUploadError | undefined;
  let watching: Subscription;

  beforeEach(() => {
    jasmine.clock().install().mockDate();
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(
          withInterceptors([
            (request, next) => next(request.clone({ setHeaders: { Authorization: 'Bearer t' } })),
          ]),
        ),
        provideHttpClientTesting(),
        provideResourceUrls({ mode: 'production', api: '/api/resources' }),
      ],
    });
    http = TestBed.inject(HttpTestingController);
    told = [];
    failure = undefined;
    watching = TestBed.runInInjectionContext(() => watchUploads({ pollMs: 2000 })).subscribe({
      next: (news) => told.push(news),
      error: (error: ResourceUploadError) => (failure = error),
    });
  });

  afterEach(() => {
    watching.unsubscribe();
    jasmine.clock().uninstall();
    http.verify();
  });

  const eventOf = (state: string, more = {}) =>
    `event: upload\ndata: ${JSON.stringify({ id: 'res_1', uploadId: 'u', state, size: 7, received: 7, failure: null, ...more })}\n\n`;
  const say = (request: TestRequest, partialText: string) =>
    request.event({ type: HttpEventType.DownloadProgress, loaded: partialText.length, partialText });
  const states = () => told.map(({ state }) => state);

  it('tells every event once, whole, in the order of the server, with the token of the application', () => {
    const stream = http.expectOne(STREAM);
    expect(stream.request.headers.get('Authorization')).toBe('Bearer t');
    expect(stream.request.headers.get('Accept')).toBe('text/event-stream');
    const first = `retry: 3000\n\n${eventOf('uploading', { received: null })}`;
    const all = `${first}: still here\n\n${eventOf('examining')}${eventOf('failed', { failure: 'checksum-mismatch' })}`;
    say(stream, first.slice(0, 40));
    expect(told).toEqual([]);
    say(stream, first);
    say(stream, all.slice(0, -1));
    say(stream, all);
    const known = { id: 'res_1', uploadId: 'u', size: 7 };
    expect(told).toEqual([
      { ...known, state: 'uploading', received: undefined, failure: undefined },
      { ...known, state: 'examining', received: 7, failure: undefined },
      { ...known, state: 'failed', received: 7, failure: 'checksum-mismatch' },
    ]);
  });

  it('believes nothing that is not what the contract says', () => {
    const stream = http.expectOne(STREAM);
    const wrong = ['{', 'null', '7', '{"id":7}'].map((data) => `event: upload\ndata: ${data}\n\n`);
    say(stream, `${wrong.join('')}${eventOf('gone')}event: other\ndata: {}\n\n`);
    expect(told).toEqual([]);
    expect(failure).toBeUndefined();
  });

  it('opens a stream again that ended, broke or fell silent', () => {
    for (const end of [
      (stream: TestRequest) =>
        stream.flush(`${eventOf('uploading')}event: end\ndata: {"why":"stopping"}\n\n`),
      (stream: TestRequest) => {
        say(stream, eventOf('examining'));
        stream.error(new ProgressEvent('error'));
      },
      (stream: TestRequest) => {
        say(stream, eventOf('completed'));
        jasmine.clock().tick(45_000);
        expect(stream.cancelled).toBeTrue();
      },
    ]) {
      end(http.expectOne(STREAM));
      http.expectNone(STREAM);
      jasmine.clock().tick(1000);
    }
    http.expectOne(STREAM);
    expect(states()).toEqual(['uploading', 'examining', 'completed']);
  });

  it('asks every few seconds where no stream is to be had, and tries one again after a while', () => {
    const unheard = http.expectOne(STREAM);
    jasmine.clock().tick(10_000);
    expect(unheard.cancelled).toBeTrue();
    for (let turn = 0; turn < 20; turn++) {
      jasmine.clock().tick(2000);
      const poll = http.expectOne(POLL);
      if (turn === 3) poll.flush({}, { status: 503, statusText: 'No' });
      else poll.flush(turn === 0 ? eventOf('uploading') : turn === 9 ? eventOf('completed') : '');
    }
    expect(states()).toEqual(['uploading', 'completed']);
    jasmine.clock().tick(1000);
    http.expectOne(STREAM).flush({ code: 'too-many-streams' }, { status: 429, statusText: 'No' });
    jasmine.clock().tick(2000);
    http.expectOne(POLL);
  });

  it('does not keep more than 256 KiB of a stream', () => {
    const stream = http.expectOne(STREAM);
    say(stream, ': still here\n\n'.repeat(20_000));
    expect(stream.cancelled).toBeTrue();
    jasmine.clock().tick(1000);
    http.expectOne(STREAM);
  });

  for (const [why, code] of [
    ['signed-out', 'sign-in-required'],
    ['revoked', 'owner-revoked'],
  ]) {
    it(`fails with ${code} when the server says ${why}, and asks no more`, () => {
      say(http.expectOne(STREAM), `event: end\ndata: {"why":"${why}"}\n\n`);
      jasmine.clock().tick(60_000);
      expect(failure?.code).toBe(code);
    });
  }

  it('fails when the server refuses, with its code', () => {
    const problem = JSON.stringify({ code: 'forbidden', detail: 'It takes resource:upload.' });
    http.expectOne(STREAM).flush(problem, { status: 403, statusText: 'Forbidden' });
    expect([failure?.code, failure?.status]).toEqual(['forbidden', 403]);
  });

  it('asks nothing any more once nobody listens', () => {
    const stream = http.expectOne(STREAM);
    say(stream, eventOf('uploading'));
    watching.unsubscribe();
    expect(stream.cancelled).toBeTrue();
    jasmine.clock().tick(60_000);
    http.expectNone(() => true);
  });
});
