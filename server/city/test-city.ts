/** What the city's tests share: a phone that keeps its cookie, and the demo's fictional persons. */
import { createTRPCClient, httpLink } from '@trpc/client';
import { DEMO_REGISTER } from '../../db/demo/city.ts';
import { indexOf } from '../../db/index.ts';
import { checkCharacter } from '../records/identity-number.ts';
import type { AppRouter } from '../router.ts';
import type { TestConsole } from '../test-console.ts';
import { type AuthenticateInput, CONSENT_VERSION } from './schema.ts';

/** A phone's browser: it gets its cookie by the first try. */
export function makePhone(site: Pick<TestConsole, 'url'>) {
  const jar = { cookie: '', attributes: '' };
  const client = createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url: `${site.url}/api/trpc`,
        headers: () => ({ cookie: jar.cookie }),
        async fetch(input, init) {
          const response = await fetch(input, init as RequestInit);
          const [cookie] = response.headers.getSetCookie();
          if (cookie) {
            jar.cookie = cookie.split(';')[0] ?? '';
            jar.attributes = cookie.slice(jar.cookie.length);
          }
          return response;
        },
      }),
    ],
  });
  const { state, authenticate, finishFace, code, staticCode, changePhone, withdraw } = client.phone;
  return { state, authenticate, finishFace, code, staticCode, changePhone, withdraw, jar };
}
export type TestPhone = ReturnType<typeof makePhone>;

/** What a person of the demo's register would type. */
export function typed(name: string, over: Partial<AuthenticateInput> = {}): AuthenticateInput {
  const person = DEMO_REGISTER.find((each) => each.name === name);
  if (!person) throw new Error(`no ${name}`);
  return {
    ...{ name, idCardTypeCode: person.idCardTypeCode, idcode: person.idcode },
    ...(person.phone ? { phone: person.phone } : {}),
    methods: ['2'],
    relation: 'self',
    consentVersion: CONSENT_VERSION,
    ...over,
  };
}

/** A citizen of the register's own, many of them: `n` from 0 to 3 999. */
export function citizen(n: number) {
  const day = new Date(Date.UTC(1960, 0, 1 + Math.floor(n / 4))).toISOString().slice(0, 10).replaceAll('-', '');
  const first17 = `440106${day}99${(n % 4) * 2}`;
  return {
    ...{ name: `钱示例${n}`, idCardTypeCode: '01', idcode: first17 + checkCharacter(first17) },
    ...{ phone: `1380000${String(5000 + n).padStart(4, '0')}`, nation: '01' },
  };
}

/** A person as the register has it, with the index by which it is found. */
export const indexed = <P extends { idcode: string }>(person: P) => ({
  ...person,
  idcodeIndex: indexOf('idcode', person.idcode),
});

/** Authenticates, and gives the member. */
export async function authenticated(phone: TestPhone, input: AuthenticateInput): Promise<number> {
  const answer = await phone.authenticate.mutate(input);
  if (answer.outcome !== 'authenticated') throw new Error(answer.outcome);
  return answer.memberId;
}
