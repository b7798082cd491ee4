'use client';

import Link from 'next/link';
import { useParams } from 'next/navigation';
import { useState } from 'react';
import { RELATIONS, type Relation } from '../../../../server/city/schema.ts';
import { PageMessage } from '../../../ui/page-message.tsx';
import styles from '../../phone.module.css';
import { usePhone } from '../../use-phone.ts';
import { IdentityForm } from './identity-form.tsx';
import { Notice } from './notice.tsx';

/** Real-name authentication: first what happens to the data, then who it is. */
export default function AuthenticatePage() {
  const { relation } = useParams<{ relation: string }>();
  const { data: phone, error } = usePhone();
  const [agreed, setAgreed] = useState(false);
  if (!(relation in RELATIONS)) return <PageMessage>没有这个页面</PageMessage>;
  if (!phone) return <PageMessage error={error}>正在打开…</PageMessage>;
  const who = relation as Relation;
  return (
    <main className={styles.main}>
      <Link className={styles.back} href="/phone">
        返回
      </Link>
      <h1>{who === 'self' ? '实名认证' : `为${RELATIONS[who]}认证`}</h1>
      {who === 'child' && !phone.canAddChildren ? (
        <p role="alert">未满 14 周岁须由监护人办理。请监护人先在本机完成本人的实名认证,再添加子女。</p>
      ) : agreed ? (
        <IdentityForm relation={who} phone={phone} />
      ) : (
        <Notice relation={who} onAgree={() => setAgreed(true)} />
      )}
    </main>
  );
}
