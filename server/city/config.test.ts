import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { DEMO_CITY } from '../../db/demo/city.ts';
import { DEMO_KEYS } from '../../db/keys.ts';
import { readSettings } from '../settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'console-city-'));
afterAll(() => rmSync(folder, { recursive: true }));
const AUTH_SECRET = 's'.repeat(32);
const settings = (CITY_PLATFORM: string | undefined, flags: string[] = []) =>
  readSettings(
    {
      NODE_ENV: 'production',
      AUTH_SECRET,
      DATA_KEYS: DEMO_KEYS,
      ...(CITY_PLATFORM === undefined ? {} : { CITY_PLATFORM }),
    },
    flags,
  );
function fileOf(content: unknown): string {
  const file = join(folder, 'city.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

it('is off unless a file says otherwise, and on in the demo', () => {
  expect(settings(undefined).city).toBeNull();
  expect(settings('off').city).toBeNull();
  expect(settings(undefined, ['--demo']).city).toEqual(DEMO_CITY);
  expect(settings('off', ['--demo']).city).toBeNull();
});

it('is read from a file, with what need not be said', () => {
  const { codeSeconds: _seconds, uploadSeconds: _pause, ...said } = DEMO_CITY;
  const exchange = { ...said.exchange, url: 'https://province.example/' };
  expect(settings(fileOf({ ...said, issuer: 'gzHealth', exchange })).city).toEqual({
    ...DEMO_CITY,
    exchange: { ...said.exchange, url: 'https://province.example' },
  });
});

it.each([
  ['no file', () => join(folder, 'nothing.json'), 'there is no such file'],
  ['no JSON', () => fileOf('{'), 'it is not JSON'],
  ['a short key', () => fileOf({ ...DEMO_CITY, cardKey: 'short' }), 'cardKey: must have at least 32 characters'],
  ['a word that is none', () => fileOf({ ...DEMO_CITY, cardkey: 'x' }), 'cardkey'],
  [
    'an address that is none',
    () => fileOf({ ...DEMO_CITY, gateway: { url: 'gateway', appId: 'a', secret: 's' } }),
    'gateway.url: must begin with http',
  ],
  [
    'an address with a path',
    () => fileOf({ ...DEMO_CITY, gateway: { url: 'https://g.example/v2', appId: 'a', secret: 's' } }),
    'gateway.url: must have no path',
  ],
  ['a city that is none', () => fileOf({ ...DEMO_CITY, cityCode: '44' }), 'cityCode: must be four digits'],
])('refuses, in one line that names the key: %s', (_, file, told) => {
  expect(() => settings(file())).toThrow(told);
  expect(() => settings(file())).toThrow(/^setting CITY_PLATFORM: [^\n]*$/);
});
