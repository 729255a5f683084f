import type { TestPerson, TestServer } from './test-server.ts';

/** Who is erased in the sample world before anybody calls. */
export const former: TestPerson = { id: 'former' };

/** What examples show in place of the id of that erasure. */
export const EXAMPLE_ERASURE = 'Qm7yT0cXk3v9LrTKw0bYdg';

/** Erases somebody. @returns the id of the erasure */
export async function erased(server: TestServer, { id, tenantId = 'default' }: TestPerson): Promise<string> {
  const { erasures } = server.assembly;
  const erasure = await erasures.order({ tenantId, ownerId: id, actor: 'test' });
  let isDone = false;
  while (!isDone) isDone = (await erasures.settled(tenantId, erasure.id, 5_000))?.step === 'done';
  return erasure.id;
}
