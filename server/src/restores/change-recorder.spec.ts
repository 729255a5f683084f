import { ada, admin, TestServer } from '../testing/test-server.ts';
import { ChangeRecorder } from './change-recorder.ts';

describe('the recorder of changes', () => {
  let server: TestServer;
  let recorder: ChangeRecorder;

  beforeEach(async () => {
    server = await TestServer.start();
    await server.addPhoto('public/team/a.png', ada);
    const { auditProof, log } = server.assembly;
    recorder = new ChangeRecorder({
      ...{ database: server.database.pool, checkpoints: auditProof.checkpoints, log },
    });
  });
  afterEach(async () => {
    await recorder.close();
    await server.stop();
  });

  const codeOf = (durable: Promise<void>): Promise<unknown> =>
    durable.then(
      () => 'durable',
      (error: { code: unknown }) => error.code,
    );

  it('vouches for nothing before it knows what the checkpoints have', async () => {
    expect(await codeOf(recorder.durable(1))).toBe('checkpoints-unavailable');
    recorder.begin(undefined);
    await server.call('POST', '/api/owners/ada/revoke', { as: admin });
    expect(await codeOf(recorder.durable(1))).toBe('durable');
    expect(recorder.failing).toBeUndefined();
  });

  it('vouches for nothing of a database that lacks what it has recorded before', async () => {
    await server.call('POST', '/api/owners/ada/revoke', { as: admin });
    await server.call('POST', '/api/owners/ada/reinstate', { as: admin });
    // Of the same number, and of another history.
    recorder.begin({ epoch: 1, at: 1 });
    expect(await codeOf(recorder.durable(2))).toBe('database-behind');
    expect(recorder.failing?.code).toBe('database-behind');
  });
});
