import { HttpClient, HttpContext, provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { RESOURCE_URL_REQUEST } from '@countersign/angular';
import { FAULT_HEADER, FaultChoice } from './fault-choice.ts';
import { SignLog } from './sign-log.ts';
import { watchSigning } from './watch-signing.ts';

const BATCH = '/api/resources/sign/batch';

describe('watching sign requests', () => {
  let http: HttpClient;
  let server: HttpTestingController;
  let log: SignLog;

  beforeEach(() => {
    sessionStorage.clear();
    TestBed.configureTestingModule({
      providers: [provideHttpClient(withInterceptors([watchSigning])), provideHttpClientTesting()],
    });
    http = TestBed.inject(HttpClient);
    server = TestBed.inject(HttpTestingController);
    log = TestBed.inject(SignLog);
  });

  afterEach(() => {
    server.verify();
    sessionStorage.clear();
  });

  const sign = (resources = 3) =>
    http
      .post(
        BATCH,
        { resources: Array.from({ length: resources }, () => ({})) },
        { context: new HttpContext().set(RESOURCE_URL_REQUEST, true) },
      )
      .subscribe({ error: () => undefined });

  it('asks for the fault that was chosen, and for none when there is none', () => {
    sign();
    expect(server.expectOne(BATCH).request.headers.has(FAULT_HEADER)).toBeFalse();
    TestBed.inject(FaultChoice).choose('500');
    sign();
    expect(server.expectOne(BATCH).request.headers.get(FAULT_HEADER)).toBe('500');
  });

  it('leaves every other request as it is', () => {
    TestBed.inject(FaultChoice).choose('dead');
    http.get('/api/resources').subscribe();
    expect(server.expectOne('/api/resources').request.headers.has(FAULT_HEADER)).toBeFalse();
    // The library marks uploads as well.
    const context = new HttpContext().set(RESOURCE_URL_REQUEST, true);
    http.post('/api/resources', new Blob(), { context, params: { name: 'a' } }).subscribe();
    const upload = server.expectOne('/api/resources?name=a');
    expect(upload.request.headers.has(FAULT_HEADER)).toBeFalse();
    expect(log.count()).toBe(0);
  });

  it('notes what was asked for, what came, and how long it took', () => {
    sign(200);
    expect(log.requests()[0]).toEqual(jasmine.objectContaining({ resources: 200, answer: 'waiting' }));
    server.expectOne(BATCH).flush({ results: [{ url: 'x' }, { error: { code: 'owner-revoked' } }] });
    const [request] = log.requests();
    expect(request).toEqual(jasmine.objectContaining({ answer: '200', refused: 1 }));
    expect(request?.milliseconds).toBeGreaterThanOrEqual(0);
  });

  it('notes a refusal, no answer at all, and a request that was dropped', () => {
    sign();
    server.expectOne(BATCH).flush(null, { status: 429, statusText: 'Too Many Requests' });
    sign();
    server.expectOne(BATCH).error(new ProgressEvent('error'), { status: 0 });
    sign().unsubscribe();
    expect(server.expectOne(BATCH).cancelled).toBeTrue();
    expect(log.requests().map(({ answer }) => answer)).toEqual(['dropped', 'no answer', '429']);
  });

  it('counts from where somebody begins to count', () => {
    sign();
    const since = log.sinceNow();
    expect(since()).toBe(0);
    sign();
    expect(since()).toBe(1);
    server.match(BATCH);
  });

  it('keeps the last fifty', () => {
    for (let n = 0; n < 60; n++) sign(n + 1);
    server.match(BATCH);
    expect(log.count()).toBe(60);
    expect(log.requests().length).toBe(50);
    expect(log.requests()[0]?.resources).toBe(60);
  });
});
