import { HttpClient, HttpErrorResponse, provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { firstValueFrom } from 'rxjs';
import { bearerToken } from './bearer-token.ts';
import { Session } from './session.ts';

describe('the bearer token', () => {
  let http: HttpClient;
  let server: HttpTestingController;

  beforeEach(async () => {
    sessionStorage.clear();
    TestBed.configureTestingModule({
      providers: [provideHttpClient(withInterceptors([bearerToken])), provideHttpClientTesting()],
    });
    http = TestBed.inject(HttpClient);
    server = TestBed.inject(HttpTestingController);
    const signedIn = TestBed.inject(Session).signInAs({ id: 'ada', name: 'Ada', role: 'tenantMember' });
    server.expectOne('/api/session').flush({ token: 'first' });
    await signedIn;
  });

  afterEach(() => server.verify());

  function authorizationSentTo(url: string): string | null {
    http.get(url).subscribe();
    const { request } = server.expectOne(url);
    return request.headers.get('Authorization');
  }

  it('goes with requests to the API of this origin', () => {
    expect(authorizationSentTo('/api/resources')).toBe('Bearer first');
    expect(authorizationSentTo(`${location.origin}/api/resources/sign`)).toBe('Bearer first');
  });

  it('goes nowhere else', () => {
    for (const url of [
      '/cdn/public/team/avatar-2.jpg?sig=x',
      '/assets/deployed/images/users/avatar-2.jpg',
      '/apiary',
      '/api/../cdn/a.jpg',
      'https://evil.example/api/resources',
      '//evil.example/api/resources',
      `http://${location.hostname}:1/api/resources`,
    ]) {
      expect(authorizationSentTo(url)).withContext(url).toBeNull();
    }
  });

  it('does not go with signing in', () => {
    expect(authorizationSentTo('/api/session')).toBeNull();
  });

  it('is renewed once when it has run out, for all requests that notice at the same time', async () => {
    const answers = Promise.all([
      firstValueFrom(http.get('/api/owners')),
      firstValueFrom(http.get('/api/resources')),
    ]);
    server.expectOne('/api/owners').flush(null, { status: 401, statusText: 'Unauthorized' });
    server.expectOne('/api/resources').flush(null, { status: 401, statusText: 'Unauthorized' });
    server.expectOne('/api/session').flush({ token: 'second' });
    await Promise.resolve();
    await new Promise((resolve) => setTimeout(resolve));
    for (const url of ['/api/owners', '/api/resources']) {
      const repeated = server.expectOne(url);
      expect(repeated.request.headers.get('Authorization')).toBe('Bearer second');
      repeated.flush({ url });
    }
    expect(await answers).toEqual([{ url: '/api/owners' }, { url: '/api/resources' }]);
  });

  it('is not renewed over and over when the server keeps refusing', async () => {
    const answer = firstValueFrom(http.get('/api/owners'));
    server.expectOne('/api/owners').flush(null, { status: 401, statusText: 'Unauthorized' });
    server.expectOne('/api/session').flush({ token: 'second' });
    await new Promise((resolve) => setTimeout(resolve));
    server.expectOne('/api/owners').flush(null, { status: 401, statusText: 'Unauthorized' });
    await expectAsync(answer).toBeRejectedWith(jasmine.any(HttpErrorResponse));
  });
});
