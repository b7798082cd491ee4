'use client';

import { useState } from 'react';
import { CONSENT_VERSION, GUARDIAN_UNTIL, type Relation } from '../../../../server/city/schema.ts';
import styles from '../../phone.module.css';

/** What PIPL (articles 14, 17, 29 to 31, 47) wants said before anything is asked. Another text is another `CONSENT_VERSION`. */
export function Notice({ relation, onAgree }: { relation: Relation; onAgree(): void }) {
  const [agreed, setAgreed] = useState(false);
  const child = relation === 'child';
  return (
    <>
      <section className={styles.notice} aria-labelledby="notice">
        <h2 id="notice">个人信息处理告知书</h2>
        <dl>
          <dt>由谁处理</dt>
          <dd>本市市级健康码平台;认证记录上报省级平台,接种单位扫码时查询。</dd>
          <dt>为了什么</dt>
          <dd>核实身份,供接种单位在接种时核对受种者,不用于其他目的。</dd>
          <dt>哪些信息</dt>
          <dd>
            姓名、证件类型和号码、性别、出生日期、国籍、民族、手机号{child && ',以及监护人姓名'}
            。证件号码属敏感个人信息,缺少它无法确认身份。面部识别由认证机构完成,本平台不保存面部图像。
          </dd>
          <dt>保存多久</dt>
          <dd>至您撤回同意为止。撤回后本平台删除您的信息,并通知省级平台撤销认证记录。</dd>
          <dt>您的权利</dt>
          <dd>可随时在健康码页面更换手机号、撤回同意;不同意不影响您携带证件到接种单位登记接种。</dd>
        </dl>
        <p className={styles.hint}>版本 {CONSENT_VERSION}</p>
      </section>
      <label className={styles.check}>
        <input type="checkbox" checked={agreed} onChange={(event) => setAgreed(event.target.checked)} />
        {child
          ? `我是该儿童(未满 ${GUARDIAN_UNTIL} 周岁)的监护人,已阅读并同意处理其个人信息`
          : '我已阅读并单独同意处理上述个人信息'}
      </label>
      <button type="button" className={styles.primary} disabled={!agreed} onClick={onAgree}>
        同意并继续
      </button>
    </>
  );
}
