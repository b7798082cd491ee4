import type { inferRouterOutputs } from '@trpc/server';
import type { ReactNode } from 'react';
import { methodWords } from '../../../server/filings/schema.ts';
import type { AppRouter } from '../../../server/router.ts';
import styles from './paper.module.css';

type Filing = inferRouterOutputs<AppRouter>['filings']['open'];

/** Characters that a cell holds in its common size; longer texts are set smaller, so that the form stays one page. */
const COMFORTABLE = 60;

function Cell({ label, children, wide = false }: { label: string; children: ReactNode; wide?: boolean }) {
  const long = typeof children === 'string' && children.length > COMFORTABLE;
  return (
    <>
      <dt>{label}</dt>
      <dd className={[wide && styles.wide, long && styles.long].filter(Boolean).join(' ')}>{children}</dd>
    </>
  );
}

/** A place for a stamp and its date. */
function Stamp({ who }: { who: string }) {
  return (
    <p className={styles.stamp}>
      <span>{who}(盖章)</span>
      <span className={styles.date}>
        <span>年</span>
        <span>月</span>
        <span>日</span>
      </span>
    </p>
  );
}

/** 《市级码管平台移动应用开展接种疫苗服务备案申请表》 of 5.1, on one A4 page. */
export function FilingPaper({ filing }: { filing: Filing }) {
  const { form } = filing;
  return (
    <article className={styles.paper}>
      <h1>市级码管平台移动应用开展接种疫苗服务备案申请表</h1>
      <p className={styles.version}>
        申请编号 {filing.id} 第 {filing.version} 版
      </p>
      <dl className={styles.table}>
        <Cell label="应用名称">{form.appName}</Cell>
        <Cell label="应用备案号">{filing.appRecordNoRecognize ?? ''}</Cell>
        <Cell label="应用所属机构">{form.appOrganisation}</Cell>
        <Cell label="机构备案号">{form.organisationRecordNo}</Cell>
        <Cell label="建设单位">{form.builder}</Cell>
        <Cell label="建设单位联系人">{form.builderContact}</Cell>
        <Cell label="开发单位">{form.developer}</Cell>
        <Cell label="开发单位联系人">{form.developerContact}</Cell>
        <Cell label="实名认证方式" wide>
          {methodWords(form.authenticationMethod)}
        </Cell>
      </dl>
      <section className={styles.screens}>
        <h2>实名认证界面设计</h2>
        <div className={styles.pictures}>
          {filing.screens.map((fileId, n) => (
            // biome-ignore lint/performance/noImgElement: the server hands the picture to its readers only, not to Next's optimizer
            <img key={fileId} src={`/api/filings/${filing.id}/files/${fileId}`} alt={`实名认证界面 ${n + 1}`} />
          ))}
        </div>
      </section>
      <div className={styles.foot}>
        <section>
          <Stamp who="建设单位" />
        </section>
        <section>
          <h2>管理单位意见:</h2>
          <p className={(filing.opinion?.length ?? 0) > COMFORTABLE ? styles.long : ''}>{filing.opinion}</p>
          <Stamp who="管理单位" />
        </section>
      </div>
    </article>
  );
}
