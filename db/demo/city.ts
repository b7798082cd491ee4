/** The demo's city platform: its configuration, whose secrets everybody knows, and a register of fictional persons. */
import type { CityConfig } from '../../server/city/config.ts';
import { dynamicCodeKeys, makeDynamicCode } from '../../server/health-code/dynamic-code.ts';
import { checkCharacter } from '../../server/records/identity-number.ts';
import type { tables } from '../index.ts';

export const DEMO_CITY: CityConfig = {
  cityCode: '4401',
  appRecordNo: 'GZ-NET-0001',
  appRecordNoRecognize: 'GZ-APP-0001',
  cardKey: 'demo-only-card-key-that-everybody-knows',
  issuer: 'GZHEALTH',
  issuerKey: 'demo-only-issuer-key-that-everybody-knows',
  codeSeconds: 60,
  exchange: { appId: 'demo-4401', secret: 'demo-secret-4401' },
  uploadSeconds: 3,
};

/** A code of the demo's issuer that ends so many seconds from now. */
export const demoDynamicCode = (cardNo: string, seconds: number) =>
  makeDynamicCode(dynamicCodeKeys(DEMO_CITY.issuerKey), {
    ...{ cardNo, issuer: DEMO_CITY.issuer, expiresAt: new Date(Date.now() + seconds * 1000) },
  });

type Person = Omit<typeof tables.cityRegister.$inferInsert, 'id' | 'idcodeIndex'>;

const citizen = (name: string, first17: string, phone: string | null, nation = '01'): Person => ({
  ...{ name, idCardTypeCode: '01', idcode: first17 + checkCharacter(first17), phone, nation },
});

/** Persons whom the province does not know yet; phones stand in 1380000xxxx, sequence codes begin with 99. */
export const DEMO_REGISTER: readonly Person[] = [
  citizen('王新民', '44010619860512993', '13800002001'),
  citizen('李秀兰', '44010319520816994', '13800002002'),
  // A child without a phone.
  citizen('王小禾', '44010620210601996', null),
  // Two with one phone.
  citizen('张同机', '44011119790302995', '13800002003'),
  citizen('孙同机', '44011119810719998', '13800002003'),
  citizen('邓㛃𬭎', '44010619931120997', '13800002005'),
  citizen('阿依古丽·买买提', '44010319900105992', '13800002006', '05'),
  { ...citizen('周现场', '44010619750923991', '13800002007'), onSiteAt: '2026-06-01 09:00:00' },
  {
    ...{ name: 'SOPHIE TURNER-LEE', idCardTypeCode: '03', idcode: 'E98765432', phone: '13800002004', nation: null },
  },
];
