/** The licences of everything that production brings along, as the lock file has them. */
import { readFileSync } from 'node:fs';

/** What may be delivered with a closed or an open product, without a duty beyond naming it or publishing changes to its own files. */
const ALLOWED = new Set([
  ...[
    'MIT',
    'ISC',
    '0BSD',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'Apache-2.0',
    'BlueOak-1.0.0',
    'Unlicense',
    'CC0-1.0',
    'WTFPL',
  ],
  // Data: browsers' versions.
  'CC-BY-4.0',
  // Changes to their own files must be published; we make none.
  ...['MPL-2.0', 'LGPL-3.0-or-later'],
]);

export interface Licence {
  name: string;
  version: string;
  licence: string;
}

interface Lock {
  packages: Record<string, { version?: string; license?: string; dev?: boolean }>;
}

/** Every package that is not for development only, those of other platforms included; by name. */
export function readLicences(lockFile = 'package-lock.json'): Licence[] {
  const { packages } = JSON.parse(readFileSync(lockFile, 'utf8')) as Lock;
  const found = new Map<string, Licence>();
  for (const [path, { version = '', license = 'none', dev }] of Object.entries(packages)) {
    if (path === '' || dev) continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    found.set(`${name} ${version}`, { name, version, licence: license });
  }
  return [...found.values()].sort((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1));
}

/** Those whose licence nobody has looked at. Of `A OR B` one must be known, of `A AND B` both. */
export function findUnlisted(licences: Licence[]): Licence[] {
  return licences.filter(({ licence }) => {
    const each = licence.replace(/[()]/g, '').split(' OR ');
    return !each.some((choice) => choice.split(' AND ').every((part) => ALLOWED.has(part)));
  });
}

/** docs/licences.md */
export function writeLicences(licences: Licence[]): string {
  const counts = new Map<string, number>();
  for (const { licence } of licences) counts.set(licence, (counts.get(licence) ?? 0) + 1);
  const summary = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return [
    '# Licences',
    '',
    'Written by `npm run licences` from package-lock.json: all packages that production may bring along, those of other platforms',
    'included. A licence that `server/operations/licences.ts` does not list fails `licences.test.ts`.',
    '',
    '| licence | packages |',
    '|---|---|',
    ...summary.map(([licence, count]) => `| ${licence} | ${count} |`),
    '',
    '| package | version | licence |',
    '|---|---|---|',
    ...licences.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`),
    '',
  ].join('\n');
}
