'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { CONSENT_VERSION, type Relation } from '../../../../server/city/schema.ts';
import { api, type Problem, toProblem } from '../../../ui/api.ts';
import { Field } from '../../field.tsx';
import styles from '../../phone.module.css';
import { PHONE, type PhoneState } from '../../use-phone.ts';

const CITIZEN = '01';
/** Documents of Chinese people without a citizen identity number beside them. */
const HOME_RETURN = ['06', '07'];

/** Who it is. What is wrong stands beside its field; what was typed stays. */
export function IdentityForm({ relation, phone }: { relation: Relation; phone: PhoneState }) {
  const router = useRouter();
  const queries = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const [type, setType] = useState(CITIZEN);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  // Asked once the platform says that it has to be known.
  const [asksNation, setAsksNation] = useState(false);
  // Of foreigners with a permanent resident's card, whose numbers look like citizens'.
  const [asksNationality, setAsksNationality] = useState(false);
  const [asksPhone, setAsksPhone] = useState(relation !== 'child');
  const [ways, setWays] = useState(() => waysOf(relation, phone.methods));
  const { data: choices } = useQuery({
    queryKey: ['phone.choices'],
    queryFn: () => api.phone.choices.query(),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const faultOf = (field: string) => (problem?.field === field ? problem.message : null);

  useEffect(() => {
    // The first thing to mend is where the hands are.
    if (problem?.field) form.current?.querySelector<HTMLElement>(`[name="${problem.field}"]`)?.focus();
  }, [problem]);

  useEffect(() => {
    // Back from the gateway's page by the browser's own button: the page is as it was left.
    const seen = ({ persisted }: PageTransitionEvent) => persisted && setBusy(false);
    window.addEventListener('pageshow', seen);
    return () => window.removeEventListener('pageshow', seen);
  }, []);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = Object.fromEntries([...new FormData(event.currentTarget)].filter(([, value]) => value !== ''));
    setBusy(true);
    setProblem(null);
    try {
      const answer = await api.phone.authenticate.mutate({
        ...(values as { name: string; idcode: string }),
        idCardTypeCode: type,
        methods: ways,
        relation,
        consentVersion: CONSENT_VERSION,
      });
      if (answer.outcome === 'face') {
        window.location.assign(answer.page);
        return;
      }
      await queries.invalidateQueries({ queryKey: PHONE });
      router.replace(`/phone/code/${answer.memberId}`);
    } catch (error) {
      const told = toProblem(error);
      if (told.field === 'nation') setAsksNation(true);
      if (told.field === 'nationality') setAsksNationality(true);
      if (told.field === 'phone') {
        setAsksPhone(true);
        setWays(waysOf('self', phone.methods));
      }
      setProblem(told);
      setBusy(false);
    }
  }

  const foreign = type !== CITIZEN;
  const asksNationHere = asksNation || ways.includes('3') || HOME_RETURN.includes(type);
  /** Whether a field stands on the form, so that its fault is told beside it. */
  const isShown = (field: string | null) =>
    field !== null &&
    (['name', 'idCardTypeCode', 'idcode'].includes(field) ||
      (asksPhone && ['phone', 'methods'].includes(field)) ||
      (asksNationHere && field === 'nation') ||
      (field === 'nationality' && (foreign || asksNationality)) ||
      (foreign && ['sex', 'birthday'].includes(field)));
  return (
    <form ref={form} className={styles.form} onSubmit={submit} noValidate>
      {problem && !isShown(problem.field) && (
        <p className={styles.fault} role="alert">
          {problem.message}
        </p>
      )}
      <Field label="姓名" hint={foreign ? '与证件上的写法一致' : undefined} fault={faultOf('name')}>
        {(given) => <input {...given} name="name" autoComplete="name" maxLength={50} required />}
      </Field>
      <Field label="证件类型" fault={faultOf('idCardTypeCode')}>
        {(given) => (
          <select {...given} value={type} onChange={(event) => setType(event.target.value)}>
            {(choices?.idCardTypes ?? [{ code: CITIZEN, name: '居民身份证' }]).map(({ code, name }) => (
              <option key={code} value={code}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="证件号码" fault={faultOf('idcode')}>
        {(given) => (
          <input {...given} name="idcode" autoComplete="off" autoCapitalize="characters" maxLength={30} required />
        )}
      </Field>
      {(foreign || asksNationality) && (
        <Choose
          key={type}
          label="国籍"
          name="nationality"
          choices={choices?.nationalities}
          initial={HOME_RETURN.includes(type) ? 'CHN' : ''}
          fault={faultOf('nationality')}
        />
      )}
      {foreign && (
        <>
          <Choose label="性别" name="sex" choices={choices?.sexes} fault={faultOf('sex')} />
          <Field label="出生日期" fault={faultOf('birthday')}>
            {(given) => <input {...given} name="birthday" type="date" autoComplete="bday" />}
          </Field>
        </>
      )}
      {asksNationHere && <Choose label="民族" name="nation" choices={choices?.nations} fault={faultOf('nation')} />}
      {asksPhone ? (
        <>
          <Field
            label="手机号"
            hint={relation === 'self' ? undefined : '没有手机的家人可填写您的手机号'}
            fault={faultOf('phone')}
          >
            {(given) => (
              <input {...given} name="phone" type="tel" inputMode="numeric" autoComplete="tel" maxLength={11} />
            )}
          </Field>
          <Ways offered={phone.methods} ways={ways} onChange={setWays} fault={faultOf('methods')} />
        </>
      ) : (
        <p className={styles.hint}>子女使用您的手机号作为联系电话。</p>
      )}
      <button type="submit" className={styles.primary} disabled={busy}>
        {busy ? '正在认证…' : '认证'}
      </button>
    </form>
  );
}

type Way = '1' | '2' | '3';

/** A child has no phone of its own to be compared. */
function waysOf(relation: Relation, offered: PhoneState['methods']): Way[] {
  return relation !== 'child' && offered.includes('2') ? ['2'] : ['1'];
}

function Ways({
  offered,
  ways,
  onChange,
  fault,
}: {
  offered: PhoneState['methods'];
  ways: Way[];
  onChange(ways: Way[]): void;
  fault: string | null;
}) {
  const withFace = ways.includes('3');
  const base = ways.includes('2') ? '2' : '1';
  return (
    <fieldset className={styles.ways}>
      <legend>认证方式</legend>
      {(['2', '1'] as const)
        .filter((way) => offered.includes(way))
        .map((way) => (
          <label key={way} className={styles.check}>
            <input
              type="radio"
              name="way"
              checked={base === way}
              onChange={() => onChange(withFace ? [way, '3'] : [way])}
            />
            {way === '2' ? '姓名、证件号码和手机号' : '姓名和证件号码(手机号不在本人名下)'}
          </label>
        ))}
      {offered.includes('3') && (
        <label className={styles.check}>
          <input
            type="checkbox"
            checked={withFace}
            onChange={(event) => onChange(event.target.checked ? [base, '3'] : [base])}
          />
          同时做面部识别
        </label>
      )}
      {fault && <p className={styles.fault}>{fault}</p>}
    </fieldset>
  );
}

interface ChooseProps {
  label: string;
  name: string;
  choices: { code: string; name: string }[] | undefined;
  initial?: string;
  fault: string | null;
}

/** Something to choose from a table. */
function Choose({ label, name, choices, initial = '', fault }: ChooseProps) {
  return (
    <Field label={label} fault={fault}>
      {(given) => (
        // Anew once the table is there: what is chosen at first stands in it.
        <select {...given} key={choices ? 'there' : 'not yet'} name={name} defaultValue={initial}>
          <option value="">请选择</option>
          {choices?.map((choice) => (
            <option key={choice.code} value={choice.code}>
              {choice.name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
