import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed, type ComponentFixture } from '@angular/core/testing';
import type { AuditRow } from '../api/audit-row.ts';
import { AuditList } from './audit-list.ts';

const QUESTION = '/api/audit/logs?path=public/team/avatar-2.jpg&limit=50';
const issuance: AuditRow = {
  at: '2026-11-21T12:00:00.000Z',
  event: 'issuance',
  signatureId: 'sig_one',
  actor: 'ada',
  reason: 'team_member_photo',
  expiresAt: '2026-11-21T13:00:00.000Z',
};
const delivery: AuditRow = {
  at: '2026-11-21T12:00:01.000Z',
  event: 'delivery',
  signatureId: 'sig_two',
  status: 200,
};
const denial: AuditRow = {
  at: '2026-11-21T12:00:09.000Z',
  event: 'denial',
  signatureId: 'sig_one',
  status: 403,
};

describe('the audit list', () => {
  let server: HttpTestingController;
  let fixture: ComponentFixture<AuditList>;
  let element: HTMLElement;

  beforeEach(() => {
    jasmine.clock().install();
    TestBed.configureTestingModule({ providers: [provideHttpClient(), provideHttpClientTesting()] });
    server = TestBed.inject(HttpTestingController);
    fixture = TestBed.createComponent(AuditList);
    fixture.componentRef.setInput('path', 'public/team/avatar-2.jpg');
    fixture.componentRef.setInput('signatureId', 'sig_one');
    fixture.componentRef.setInput('ownerName', 'Ada');
    element = fixture.nativeElement as HTMLElement;
    fixture.detectChanges();
  });

  afterEach(() => {
    fixture.destroy();
    server.verify();
    jasmine.clock().uninstall();
  });

  function pass(milliseconds: number): void {
    jasmine.clock().tick(milliseconds);
    fixture.detectChanges();
  }

  function answer(items: AuditRow[]): void {
    pass(1);
    server.expectOne(QUESTION).flush({ items, nextCursor: null });
    fixture.detectChanges();
  }

  const rows = () => [...element.querySelectorAll<HTMLElement>('[data-testid=audit-row]')];
  const events = () => rows().map(({ dataset }) => dataset['event']);

  it('shows who was given the URL and when it was used, newest first', () => {
    answer([delivery, issuance]);
    expect(events()).toEqual(['delivery', 'issuance']);
    expect(rows()[1]?.textContent).toContain('ada');
    expect(rows()[1]?.textContent).toContain('team_member_photo');
    expect(rows()[0]?.textContent).toContain('200');
  });

  it('marks the rows of the URL on screen', () => {
    answer([delivery, issuance]);
    expect(rows().map(({ textContent }) => textContent?.includes('this URL'))).toEqual([false, true]);
  });

  it('asks again every two seconds and announces what is new', () => {
    answer([issuance]);
    pass(2000);
    answer([denial, issuance]);
    expect(events()).toEqual(['denial', 'issuance']);
    expect(element.querySelector('[aria-live]')?.textContent).toContain(
      '1 new in the trail, latest: Refused',
    );
  });

  it('keeps what it has when a question fails, and says why', () => {
    answer([issuance]);
    pass(2001);
    server
      .expectOne(QUESTION)
      .flush(
        { title: 'Database', detail: 'It does not answer.' },
        { status: 503, statusText: 'Unavailable' },
      );
    fixture.detectChanges();
    expect(events()).toEqual(['issuance']);
    expect(element.textContent).toContain('Database. It does not answer.');
    pass(2000);
    answer([delivery, issuance]);
    expect(element.textContent).not.toContain('It does not answer.');
  });

  it('says who may read the trail when there is nothing to read', () => {
    answer([]);
    expect(element.textContent).toContain('Ada and administrators');
  });

  it('asks nothing while the page is hidden', () => {
    answer([issuance]);
    const visibility = spyOnProperty(document, 'visibilityState').and.returnValue('hidden');
    document.dispatchEvent(new Event('visibilitychange'));
    pass(10_000);
    server.expectNone(QUESTION);
    visibility.and.returnValue('visible');
    document.dispatchEvent(new Event('visibilitychange'));
    answer([issuance]);
    expect(events()).toEqual(['issuance']);
  });
});
