import { OverlayContainer } from '@angular/cdk/overlay';
import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { MATERIAL_ANIMATIONS } from '@angular/material/core';
import { TestBed, type ComponentFixture } from '@angular/core/testing';
import type { Owner } from '../api/owner.ts';
import { DELIVERY_MODE } from '../mode/delivery-mode.ts';
import { OwnerKeys } from './owner-keys.ts';
import { OwnerList } from './owner-list.ts';

const items: Owner[] = [
  { id: 'ada', name: 'Ada', status: 'active', generation: 1, resources: 3 },
  { id: 'grace', name: 'Grace', status: 'revoked', generation: 2, resources: 1 },
];

describe('the owner list', () => {
  let fixture: ComponentFixture<OwnerList>;
  let overlay: HTMLElement;
  let revoked: Owner[];

  beforeEach(async () => {
    TestBed.configureTestingModule({
      providers: [
        OwnerKeys,
        provideHttpClient(),
        provideHttpClientTesting(),
        { provide: MATERIAL_ANIMATIONS, useValue: { animationsDisabled: true } },
        { provide: DELIVERY_MODE, useValue: 'production' },
      ],
    });
    const loaded = TestBed.inject(OwnerKeys).load();
    TestBed.inject(HttpTestingController).expectOne('/api/owners').flush({ items });
    await loaded;
    fixture = TestBed.createComponent(OwnerList);
    revoked = [];
    fixture.componentInstance.revoke.subscribe((owner) => revoked.push(owner));
    overlay = TestBed.inject(OverlayContainer).getContainerElement();
    await fixture.whenStable();
  });

  const button = (testId: string, within: HTMLElement = fixture.nativeElement as HTMLElement) =>
    within.querySelector<HTMLButtonElement>(`[data-testid="${testId}"]`);

  async function press(target: HTMLButtonElement | null): Promise<void> {
    target?.click();
    await fixture.whenStable();
    await new Promise((resolve) => setTimeout(resolve));
  }

  it('offers to revoke who is active and to reinstate who is not', () => {
    expect(button('revoke-ada')).not.toBeNull();
    expect(button('reinstate-ada')).toBeNull();
    expect(button('revoke-grace')).toBeNull();
    expect(button('reinstate-grace')).not.toBeNull();
  });

  it('says before a revocation how many files die', async () => {
    await press(button('revoke-ada'));
    expect(overlay.textContent).toContain('3 files die.');
    expect(revoked).toEqual([]);
    await press(button('confirm-revoke', overlay));
    expect(revoked.map(({ id }) => id)).toEqual(['ada']);
  });

  it('revokes nothing when the answer is no', async () => {
    await press(button('revoke-ada'));
    await press(overlay.querySelector<HTMLButtonElement>('mat-dialog-actions button'));
    expect(revoked).toEqual([]);
  });
});
