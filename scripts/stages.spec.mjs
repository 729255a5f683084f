/* global describe, it, expect, beforeAll, afterAll */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInLanes } from './lanes.mjs';
import { createRunFolder, removeRunFolder } from './run-folder.mjs';
import { nodeSpecs } from './stages.mjs';

describe('A stage of specs in several processes', () => {
  let folder;

  beforeAll(() => (folder = createRunFolder()));
  afterAll(() => removeRunFolder(folder));

  /** @param texts bodies of specs, each run in a process of its own beside one that passes */
  async function resultOf(...texts) {
    const files = ['', ...texts].map((text, n) => {
      const file = join(folder, `${n}.spec.mjs`);
      writeFileSync(
        file,
        `describe('file ${n}', () => it('does something', () => { expect(1).toBe(1); ${text} }));`,
      );
      return file;
    });
    const stage = nodeSpecs('specs', files, { SEED: '1', SCALE: '1' }, 1);
    expect(stage.parts.length).toBe(files.length);
    let told;
    await runInLanes([stage], 2, (_name, result) => (told = result));
    return told;
  }

  it('fails when a process dies, ends early or has a spec that fails, though another passes, and tells which', async () => {
    const { passed, failed, output } = await resultOf(
      `process.kill(process.pid, 'SIGKILL')`,
      'process.exit(0)',
      `expect('the moon').toBe('cheese')`,
    );
    expect({ passed, failed }).toEqual({ passed: 1, failed: 3 });
    expect(output).toContain('ended with code 137 after 0 tests');
    expect(output).toContain('ended with code 4 after 0 tests');
    expect(output).toContain('FAILED: file 3 does something');
  });
});
