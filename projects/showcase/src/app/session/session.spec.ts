import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { Session } from './session.ts';

const people = [
  { id: 'admin', name: 'Admin', role: 'tenantAdmin' },
  { id: 'ada', name: 'Ada', role: 'tenantMember' },
];

describe('the session', () => {
  let session: Session;
  let server: HttpTestingController;

  beforeEach(() => {
    sessionStorage.clear();
    TestBed.configureTestingModule({ providers: [provideHttpClient(), provideHttpClientTesting()] });
    session = TestBed.inject(Session);
    server = TestBed.inject(HttpTestingController);
  });

  afterEach(() => server.verify());

  async function start(expectedPerson: string): Promise<void> {
    const started = session.start();
    server.expectOne({ method: 'GET', url: '/api/session' }).flush({ people });
    await new Promise((resolve) => setTimeout(resolve));
    const post = server.expectOne({ method: 'POST', url: '/api/session' });
    expect(post.request.body).toEqual({ person: expectedPerson });
    post.flush({ token: `token of ${expectedPerson}` });
    await started;
  }

  it('starts as Ada on the first visit', async () => {
    await start('ada');
    expect(session.person()?.name).toBe('Ada');
    expect(session.token()).toBe('token of ada');
    expect(session.administrator()).toBeFalse();
  });

  it('starts as whoever was chosen before, and keeps no token in storage', async () => {
    await start('ada');
    const [admin] = people;
    const changed = session.signInAs(admin!);
    expect(session.person()).toBeUndefined();
    server.expectOne({ method: 'POST', url: '/api/session' }).flush({ token: 'token of admin' });
    await changed;
    expect(session.administrator()).toBeTrue();
    expect(JSON.stringify({ ...sessionStorage, ...localStorage })).not.toContain('token of');

    await start('admin');
    expect(session.person()?.id).toBe('admin');
  });

  it('starts as somebody known when the one chosen before is gone', async () => {
    sessionStorage.setItem('countersign.person', 'nobody-any-more');
    await start('admin');
    expect(session.person()?.id).toBe('admin');
  });

  it('says in words why signing in did not work, and tries again when asked', async () => {
    const started = session.start();
    server
      .expectOne('/api/session')
      .flush({ title: 'Loopback only', detail: 'Open 127.0.0.1.' }, { status: 403, statusText: 'Forbidden' });
    await started;
    expect(session.problem()?.detail).toBe('Open 127.0.0.1.');
    await start('ada');
    expect(session.problem()).toBeUndefined();
  });
});
