import { and, eq } from 'drizzle-orm';
import { type Db, given, indexOf, prepared, type Queries, tables } from '../../db/index.ts';
import { isSameName } from './same-name.ts';
import type { IdentitySource } from './verify-identity.ts';

const { cityRegister } = tables;

const readPerson = prepared((db: Pick<Queries, 'select'>) =>
  db
    .select()
    .from(cityRegister)
    .where(
      and(eq(cityRegister.idCardTypeCode, given('idCardTypeCode')), eq(cityRegister.idcodeIndex, given('idcodeIndex'))),
    ),
);

/**
 * The register that the operator imported: name and number (1), with the phone (2). Whoever showed the document at a counter has
 * 现场认证 (4) besides. It knows no faces.
 */
export function makeRegisterSource(db: Db): IdentitySource {
  return {
    methods: ['1', '2'],
    async verify(claim, methods) {
      const { idCardTypeCode, idcode } = claim;
      const [person] = await readPerson(db.read, { idCardTypeCode, idcodeIndex: indexOf('idcode', idcode) });
      const passed =
        person !== undefined &&
        isSameName(person.name, claim.name) &&
        (!methods.includes('2') || person.phone === claim.phone);
      if (!passed) return { outcome: 'mismatch' };
      return {
        outcome: 'passed',
        methods: [...methods, ...(person.onSiteAt ? (['4'] as const) : [])],
        name: person.name,
        nation: person.nation,
      };
    },
    // Nobody was sent to show a face.
    finish: async () => ({ outcome: 'mismatch' }),
  };
}
