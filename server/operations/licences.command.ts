/** `npm run licences`: writes docs/licences.md; exit code 1 names a package whose licence is not listed. */
import { writeFileSync } from 'node:fs';
import { runTool } from '../command.ts';
import { findUnlisted, readLicences, writeLicences } from './licences.ts';

await runTool('licences', {}, async () => {
  const licences = readLicences();
  const [unlisted] = findUnlisted(licences);
  if (unlisted)
    throw new Error(`${unlisted.name} ${unlisted.version} has a licence that is not listed: ${unlisted.licence}`);
  writeFileSync('docs/licences.md', writeLicences(licences), { mode: 0o644 });
  return `docs/licences.md: ${licences.length} packages`;
});
