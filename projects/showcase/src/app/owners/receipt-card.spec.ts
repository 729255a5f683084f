import { TestBed } from '@angular/core/testing';
import type { Owner, Receipt } from '../api/owner.ts';
import { DELIVERY_MODE, type DeliveryMode } from '../mode/delivery-mode.ts';
import type { KeyChange } from './key-change.ts';
import { ReceiptCard } from './receipt-card.ts';

const owner: Owner = { id: 'ada', name: 'Ada', status: 'active', generation: 1, resources: 3 };
const receipt: Receipt = {
  epoch: 7,
  effectiveAt: '2026-11-21T12:00:03.125Z',
  acknowledged: ['gateway-1', 'gateway-2'],
  lapsed: [],
  notCovered: [],
  waitedMs: 12,
  mode: 'early',
};

async function textOf(keyChange: KeyChange, mode: DeliveryMode = 'production'): Promise<string> {
  TestBed.configureTestingModule({ providers: [{ provide: DELIVERY_MODE, useValue: mode }] });
  const fixture = TestBed.createComponent(ReceiptCard);
  fixture.componentRef.setInput('keyChange', keyChange);
  await fixture.whenStable();
  const slip = (fixture.nativeElement as HTMLElement).querySelector('[data-testid=receipt]');
  // As it is read: every term and every value is a piece of its own.
  const pieces = slip?.querySelectorAll('h2, p, dt, dd, app-recheck-line') ?? [];
  return [...pieces].map(({ textContent }) => textContent?.trim()).join(' ');
}

describe('the receipt', () => {
  it('says which epoch, since when, who confirmed and how long that took', async () => {
    const text = await textOf({ change: 'revoked', owner, receipt });
    expect(text).toContain('Ada’s key is revoked');
    expect(text).toContain('epoch 7');
    expect(text).toMatch(/In force since \d\d:00:03\.125/);
    expect(text).toContain('gateway-1, gateway-2');
    expect(text).toContain('12 ms');
    expect(text).not.toContain('Not covered');
  });

  it('does not hide who did not answer or is not covered', async () => {
    const text = await textOf({
      change: 'revoked',
      owner,
      receipt: { ...receipt, acknowledged: [], lapsed: ['edge-3'], notCovered: ['nginx-1'] },
    });
    expect(text).toContain('Confirmed by nobody');
    expect(text).toMatch(/leases are over edge-3/);
    expect(text).toMatch(/Not covered nginx-1/);
  });

  it('says how many photos were refused when this page asked again', async () => {
    const text = await textOf({
      change: 'revoked',
      owner,
      receipt,
      recheck: { asked: 3, refused: 3, answered: 0 },
    });
    expect(text).toContain('asked again for 3 photos: 3 refused.');
  });

  it('says in development mode that direct paths still answer', async () => {
    const text = await textOf(
      { change: 'revoked', owner, receipt, recheck: { asked: 3, refused: 0, answered: 3 } },
      'development',
    );
    expect(text).toContain('3 still answer. Direct paths know no keys.');
  });

  it('says nothing of asking again when no photo was shown', async () => {
    const text = await textOf({
      change: 'revoked',
      owner,
      receipt,
      recheck: { asked: 0, refused: 0, answered: 0 },
    });
    expect(text).not.toContain('asked again');
  });

  it('says after a reinstatement that old URLs stay dead', async () => {
    const text = await textOf({
      change: 'reinstated',
      owner,
      reinstatement: { owner: 'ada', generation: 2, epoch: 8 },
      recheck: { asked: 1, refused: 1, answered: 0 },
    });
    expect(text).toContain('Ada has a new key');
    expect(text).toContain('number 2');
    expect(text).toContain('asked again for 1 old URL: 1 still refused.');
  });
});
