'use client';

import Link from 'next/link';
import { RELATIONS, type Relation } from '../../server/city/schema.ts';
import { PageMessage } from '../ui/page-message.tsx';
import styles from './phone.module.css';
import { type Member, usePhone } from './use-phone.ts';

/** The app's first page: 接种疫苗, and whoever was authenticated on this phone. */
export default function PhonePage() {
  const { data: phone, error } = usePhone();
  if (!phone) return <PageMessage error={error}>正在打开…</PageMessage>;
  const { members, canAddChildren } = phone;
  const self = members.find(({ relation }) => relation === 'self');
  const others: Relation[] = canAddChildren ? ['child', 'elder', 'other'] : ['elder', 'other'];
  return (
    <main className={styles.main}>
      <h1>接种健康码</h1>
      {self ? <p>接种疫苗时,请向工作人员出示健康码。</p> : <p>接种疫苗前,请先完成实名认证;认证后即可出示健康码。</p>}
      <Link className={styles.primary} href={self ? wayOf(self) : '/phone/authenticate/self'}>
        接种疫苗
      </Link>
      {members.length > 0 && (
        <section>
          <h2>已认证的人</h2>
          <ul className={styles.members}>
            {members.map((member) => (
              <li key={member.memberId}>
                <Link href={wayOf(member)}>
                  <strong>{member.name}</strong>
                  <span>{RELATIONS[member.relation]}</span>
                  <span>{member.mustConsent ? '告知书已更新,请重新认证' : '出示健康码'}</span>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
      {self && (
        <section>
          <h2>为家人办理</h2>
          <ul className={styles.choices}>
            {others.map((relation) => (
              <li key={relation}>
                <Link href={`/phone/authenticate/${relation}`}>{RELATIONS[relation]}</Link>
              </li>
            ))}
          </ul>
          <p className={styles.hint}>家人没有手机时,可在其健康码页面打印静态码。</p>
        </section>
      )}
    </main>
  );
}

/** Whoever agreed to a former notice is asked again. */
const wayOf = ({ memberId, relation, mustConsent }: Member) =>
  mustConsent ? `/phone/authenticate/${relation}` : `/phone/code/${memberId}`;
