/* global describe, it, expect */
import { missingPackages } from './install.mjs';

const express = { version: '5.3.0', integrity: 'sha512-a' };

describe('what counts as installed', () => {
  it('is everything the lock file names, in that version', () => {
    const locked = { '': {}, server: {}, 'node_modules/express': express };
    expect(missingPackages(locked, { 'node_modules/express': express })).toEqual([]);
  });

  it('names a package that is absent, has another version, or has other bytes', () => {
    const locked = { 'node_modules/express': express, 'node_modules/a/node_modules/b': express };
    expect(missingPackages(locked, {})).toEqual(['express', 'b']);
    const other = { 'node_modules/express': { ...express, version: '5.2.0' } };
    expect(missingPackages({ 'node_modules/express': express }, other)).toEqual(['express']);
    const forged = { 'node_modules/express': { ...express, integrity: 'sha512-b' } };
    expect(missingPackages({ 'node_modules/express': express }, forged)).toEqual(['express']);
  });

  it('does not ask for packages of other platforms', () => {
    const optional = { version: '1.0.0', optional: true };
    expect(missingPackages({ 'node_modules/@esbuild/aix-ppc64': optional }, {})).toEqual([]);
  });
});
