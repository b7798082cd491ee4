/** An operator's folder replaces a table, without a code change. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isNation, isSex, nationName, replaceDictionaries } from './dictionaries.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'console-dictionaries-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('takes the tables that the folder holds, and ours for the others', () => {
  expect(isNation('58')).toBe(false);
  writeFileSync(join(folder, 'nation.tsv'), '\uFEFF# ours\r\ncode\tname\r\n01\t汉族\r\n58\t示例族\r\n');
  replaceDictionaries(folder);
  expect([isNation('58'), nationName('58'), isNation('02'), isSex('1')]).toEqual([true, '示例族', false, true]);
});

it('says which file lacks which column, and which folder is missing', () => {
  writeFileSync(join(folder, 'sex.tsv'), 'kode\tname\n1\t男\n');
  expect(() => replaceDictionaries(folder)).toThrow(/sex\.tsv: the column code is missing/);
  expect(() => replaceDictionaries(join(folder, 'none'))).toThrow(/DICTIONARIES/);
});
