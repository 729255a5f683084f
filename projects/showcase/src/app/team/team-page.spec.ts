import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { ApplicationRef, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideResourceUrls, ResourceUrlService } from '@countersign/angular';
import { of } from 'rxjs';
import { DELIVERY_MODE } from '../mode/delivery-mode.ts';
import { PIXEL, samplePhoto } from '../testing/sample-photos.ts';
import { TeamPage } from './team-page.ts';

const FIRST_PAGE = '/api/resources?prefix=public/team/&limit=50';

describe('the team page', () => {
  let server: HttpTestingController;
  const mockService = jasmine.createSpyObj<ResourceUrlService>('ResourceUrlService', [
    'getTeamMemberPhotoUrl',
    'getState',
  ]);

  beforeEach(() => {
    mockService.getTeamMemberPhotoUrl.and.returnValue(of(PIXEL));
    mockService.getState.and.returnValue(signal({ status: 'ready', expiresAt: undefined, error: undefined }));
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(),
        provideHttpClientTesting(),
        provideResourceUrls({ mode: 'production', api: '/api/resources' }),
        { provide: ResourceUrlService, useValue: mockService },
        { provide: DELIVERY_MODE, useValue: 'production' },
      ],
    });
    server = TestBed.inject(HttpTestingController);
  });

  async function pageWith(items: ReturnType<typeof samplePhoto>[]): Promise<HTMLElement> {
    const fixture = TestBed.createComponent(TeamPage);
    server.expectOne(FIRST_PAGE).flush({ items, nextCursor: null, total: items.length });
    await fixture.whenStable();
    return fixture.nativeElement as HTMLElement;
  }

  it('shows team member photos', async () => {
    const element = await pageWith([samplePhoto()]);
    expect(mockService.getTeamMemberPhotoUrl).toHaveBeenCalledWith('avatar-2.jpg');
    expect(element.querySelector('img')?.src).toBe(PIXEL);
    expect(element.querySelector('img')?.alt).toBe('Beatriz Lima');
    expect(element.textContent).toContain('uploaded by Ada');
  });

  it('invites to add the first photo when there is none', async () => {
    const element = await pageWith([]);
    expect(element.textContent).toContain('No photos yet');
  });

  it('takes photos dropped anywhere, and shows each as soon as it is stored', async () => {
    const element = await pageWith([]);
    const dataTransfer = new DataTransfer();
    for (const name of ['one.jpg', 'two.jpg']) {
      dataTransfer.items.add(new File(['bytes'], name, { type: 'image/jpeg' }));
    }
    document.dispatchEvent(new DragEvent('drop', { dataTransfer }));
    const [one, two] = server.match(({ method }) => method === 'POST');
    two?.flush(samplePhoto({ path: 'public/team/two.jpg', displayName: 'Two' }));
    await TestBed.inject(ApplicationRef).whenStable();
    expect(element.querySelector('[data-testid=photo-card]')?.textContent).toContain('Two');
    expect(one?.cancelled).toBeFalse();
  });

  it('says why there are no photos, and loads them when asked again', async () => {
    const fixture = TestBed.createComponent(TeamPage);
    const element = fixture.nativeElement as HTMLElement;
    server
      .expectOne(FIRST_PAGE)
      .flush(
        { title: 'Database', detail: 'It does not answer.' },
        { status: 503, statusText: 'Unavailable' },
      );
    await fixture.whenStable();
    const problem = element.querySelector('[data-testid=photos-problem]');
    expect(problem?.textContent).toContain('It does not answer.');
    problem?.querySelector('button')?.click();
    server.expectOne(FIRST_PAGE).flush({ items: [samplePhoto()], nextCursor: null, total: 1 });
    await fixture.whenStable();
    expect(element.querySelectorAll('[data-testid=photo-card]').length).toBe(1);
    expect(element.querySelector('[data-testid=photos-problem]')).toBeNull();
  });
});
