/* global describe, it, expect */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { alreadySet, NODE_FLAGS } from '../server/bin/node-flags.mjs';
import { root } from './command.mjs';
import { serverArguments } from './server-flags.mjs';

describe('the flags of V8 for a server', () => {
  it('are those that the documentation names', () => {
    const page = readFileSync(join(root, 'docs/configuration.md'), 'utf8');
    for (const flag of NODE_FLAGS) expect(page).toContain(`\`${flag}\``);
  });

  it('give way to what somebody has set, however it is spelled', () => {
    expect(alreadySet([], undefined)).toBeFalse();
    expect(alreadySet(['--max-semi-space-size=32'])).toBeTrue();
    expect(alreadySet(['--max_semi_space_size=32'])).toBeTrue();
    expect(alreadySet([], '--enable-source-maps --max-semi-space-size=4')).toBeTrue();
    expect(alreadySet(['--max-old-space-size=512'], '--no-warnings')).toBeFalse();
  });

  it('are given to the server that npm start starts', () => {
    expect(serverArguments({}).slice(0, NODE_FLAGS.length)).toEqual(NODE_FLAGS);
  });
});
