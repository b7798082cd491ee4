/** The file of keys is on the disk, by its name, before anything is sealed by it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';

const done: string[] = [];
vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  const paths = new Map<number, string>();
  const openSync = (path: string, flags: string, mode?: number) => {
    const handle = real.openSync(path, flags, mode);
    paths.set(handle, path);
    return handle;
  };
  const fsyncSync = (handle: number) => {
    done.push(`sync ${paths.get(handle)}`);
    real.fsyncSync(handle);
  };
  const renameSync = (from: string, to: string) => {
    done.push(`rename ${to}`);
    real.renameSync(from, to);
  };
  return { ...real, openSync, fsyncSync, renameSync };
});
// The tests' own set-up has it already.
vi.resetModules();
const { addKey, makeKeys, readKeys, saveKeys } = await import('./keys.ts');

const folder = mkdtempSync(join(tmpdir(), 'console-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('is synced, and its folder behind it, when it is made and when it is replaced', () => {
  const file = join(folder, 'keys.json');
  const ring = makeKeys();
  saveKeys(file, ring, { fresh: true });
  expect(done.splice(0)).toEqual([`sync ${file}`, `sync ${folder}`]);
  saveKeys(file, addKey(ring));
  expect(done).toEqual([`sync ${file}.new`, `rename ${file}`, `sync ${folder}`]);
  expect(readKeys(file).current).toBe('k2');
});
