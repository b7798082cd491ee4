/** `npm run tls`: certificates for tablets in an intranet. */
import { parseArgs } from 'node:util';
import { TLS_FOLDER } from './certificate.ts';
import { makeCertificates } from './make.ts';

try {
  const { values } = parseArgs({
    options: {
      host: { type: 'string', multiple: true, default: [] },
      folder: { type: 'string', default: TLS_FOLDER },
    },
  });
  const made = await makeCertificates(values.folder, values.host);
  process.stdout.write(
    [
      `${made.isNew ? 'made' : 'kept'} the authority in ${values.folder}, SHA-256 ${made.fingerprint}`,
      `made a certificate for ${made.names.join(', ')}`,
      `valid until ${made.validUntil.toISOString().slice(0, 10)}: run this again before then; a running console takes it over by itself`,
      '',
    ].join('\n'),
  );
} catch (error) {
  process.stderr.write(
    `tls: ${(error as Error).message}\nusage: npm run tls -- [--host NAME_OR_IP …] [--folder FOLDER]\n`,
  );
  process.exitCode = 1;
}
