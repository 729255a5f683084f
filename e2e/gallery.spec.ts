import { photograph } from './testing/browser.ts';
import { describeShowcase, type Visit } from './testing/showcase.ts';

/** What is asked of an image element; this program is not compiled for browsers. */
interface Painted {
  complete: boolean;
  naturalWidth: number;
}

const PICTURES = '200';

/** Waits until every picture is shown, whether the library asks again by itself or has to be told. */
async function healed({ page }: Visit): Promise<void> {
  const shown = page.locator(`[data-testid="gallery-shown"]:text-is("${PICTURES}")`);
  const askAgain = page.locator('[data-testid="gallery-failed"] button');
  while ((await shown.count()) === 0) {
    await shown.or(askAgain).first().waitFor({ timeout: 60_000 });
    // It goes away by itself when the library was faster.
    if (await askAgain.isVisible()) await askAgain.click({ timeout: 1000 }).catch(() => undefined);
  }
}

describeShowcase('The gallery', (showcase) => {
  it('shows 200 pictures for one sign request, and comes back for none', async () => {
    const visit = await showcase().open('/gallery');
    await visit.waitForText('gallery-shown', PICTURES);
    const painted = await visit.page
      .locator('[data-testid="gallery-tile"] img')
      .evaluateAll(
        (images) => (images as unknown as Painted[]).filter((image) => image.naturalWidth > 0).length,
      );
    expect(painted).toBe(200);
    expect(visit.signRequests).toEqual(['/api/resources/sign/batch']);
    expect(await visit.byTestId('gallery-requests').textContent()).toBe('1');
    await photograph(visit.page, 'gallery');

    await visit.goTo('documents');
    await visit.byTestId('document').first().waitFor();
    await visit.goTo('gallery');
    await visit.waitForText('gallery-shown', PICTURES);
    expect(visit.signRequests.length).toBe(1);
    expect(await visit.byTestId('gallery-requests').textContent()).toBe('0');
    expect(visit.complaints).toEqual([]);
  }, 60_000);

  it('shows them in development mode as well, and asks nobody', async () => {
    const visit = await showcase().open('/gallery?mode=development');
    await visit.waitForText('gallery-shown', PICTURES);
    expect(visit.signRequests).toEqual([]);
    // The links keep the mode.
    await visit.goTo('video');
    expect(new URL(visit.page.url()).search).toBe('?mode=development');
  }, 60_000);

  it('shows nothing while signing fails, says so, and heals', async () => {
    const visit = await showcase().open('/gallery');
    await visit.waitForText('gallery-shown', PICTURES);
    await visit.choose('500');
    await visit.byTestId('fault-reload').click();
    await visit.byTestId('fault-toggle').click();
    await visit.page.locator('[data-testid="sign-request"][data-answer="500"]').first().waitFor();
    expect(await visit.byTestId('gallery-shown').textContent()).toBe('0');
    await photograph(visit.page, 'gallery-500');

    // Whoever opens the page elsewhere meets no fault.
    const other = await showcase().open('/gallery');
    await other.waitForText('gallery-shown', PICTURES);

    await visit.choose('normal');
    await healed(visit);
    // One request for all of them each time, never one for each.
    expect(visit.signRequests.length).toBeLessThanOrEqual(8);
    expect(visit.complaints).toEqual([]);
  }, 120_000);

  it('keeps what it shows while signing fails, and calls it stale', async () => {
    const visit = await showcase().open('/gallery');
    await visit.waitForText('gallery-shown', PICTURES);
    await visit.choose('dead');
    await visit.byTestId('ask-anew').click();
    await visit.page.locator('[data-testid="sign-request"][data-answer="no answer"]').first().waitFor();
    await visit.waitForText('count-stale', PICTURES);
    expect(await visit.byTestId('gallery-shown').textContent()).toBe(PICTURES);
    await photograph(visit.page, 'gallery-stale');

    await visit.choose('normal');
    await visit.byTestId('ask-anew').click();
    await visit.waitForText('count-ready', PICTURES, 60_000);
    expect(await visit.byTestId('gallery-shown').textContent()).toBe(PICTURES);
  }, 120_000);

  it('shows the fallback where one is configured, and the pictures as soon as there are URLs', async () => {
    const visit = await showcase().open('/gallery');
    await visit.waitForText('gallery-shown', PICTURES);
    await visit.choose('500');
    await visit.byTestId('with-fallback').getByRole('switch').click();
    await visit.byTestId('fault-reload').click();
    await visit.byTestId('fault-toggle').click();
    await visit.waitForText('count-fallback', PICTURES);
    const fallbacks = visit.page.locator('[data-testid="gallery-tile"] img[src="/no-picture.svg"]');
    expect(await fallbacks.count()).toBe(200);
    expect(await visit.byTestId('gallery-shown').textContent()).toBe('0');
    await photograph(visit.page, 'gallery-fallback');
    await visit.choose('normal');
    await healed(visit);
    expect(await fallbacks.count()).toBe(0);
    expect(visit.complaints).toEqual([]);
  }, 120_000);

  it('waits for a slow answer', async () => {
    const visit = await showcase().open('/gallery');
    await visit.waitForText('gallery-shown', PICTURES);
    await visit.choose('slow');
    await visit.byTestId('fault-reload').click();
    await visit.byTestId('fault-toggle').click();
    await visit.waitForText('count-loading', PICTURES);
    await visit.waitForText('gallery-shown', PICTURES);
    expect(visit.signRequests.length).toBe(2);
  }, 60_000);

  it('says that there were too many requests, as the server does', async () => {
    const visit = await showcase().open('/gallery');
    await visit.waitForText('gallery-shown', PICTURES);
    await visit.choose('429');
    await visit.byTestId('ask-anew').click();
    await visit.page.locator('[data-testid="sign-request"][data-answer="429"]').first().waitFor();
    expect(await visit.byTestId('gallery-shown').textContent()).toBe(PICTURES);
  }, 60_000);

  it('loses half of itself with one revocation', async () => {
    const { server } = showcase();
    const admin = await server.signIn('admin');
    await server.post('/api/owners/ada/revoke', {}, admin);
    const visit = await showcase().open('/gallery');
    await visit.waitForText('gallery-shown', '100');
    expect(await visit.byTestId('gallery-failed').textContent()).toContain('100 of 200');
    expect(visit.signRequests.length).toBe(1);
    await photograph(visit.page, 'gallery-revoked');
    await server.post('/api/owners/ada/reinstate', {}, admin);
    await visit.page.locator('[data-testid="gallery-failed"] button').click();
    await visit.waitForText('gallery-shown', PICTURES);
  }, 60_000);
});
