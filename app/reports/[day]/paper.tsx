import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '../../../server/router.ts';
import styles from './paper.module.css';

type Report = inferRouterOutputs<AppRouter>['vouchers']['report'];
type Counted = { key: string; label: string } & Report['total'];

function Counts({ title, rows, total }: { title: string; rows: Counted[]; total: Report['total'] }) {
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">{title}</th>
          <th scope="col">出具</th>
          <th scope="col">其中作废</th>
          <th scope="col">补打次数</th>
        </tr>
      </thead>
      <tbody>
        {[...rows, { key: 'total', label: '合计', ...total }].map(({ key, label, issued, voided, reprints }) => (
          <tr key={key}>
            <th scope="row">{label}</th>
            <td>{issued}</td>
            <td>{voided}</td>
            <td>{reprints}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The day's report of a site on A4. It names no resident. */
export function ReportPaper({ report }: { report: Report }) {
  const { total } = report;
  return (
    <article className={styles.paper}>
      <h1>接种凭证日报</h1>
      <p className={styles.head}>
        <span>接种单位:{report.siteName}</span>
        <span>单位编码:{report.siteCode}</span>
        <span>日期:{report.day}</span>
      </p>
      {report.first === null ? (
        <p className={styles.empty}>这一天没有出具凭证</p>
      ) : (
        <>
          <p>
            凭证号 {report.first} 至 {report.last},共 {total.issued} 张,其中有效 {total.issued - total.voided} 张。
          </p>
          <Counts
            title="时段"
            rows={report.byHour.map((hour) => ({ ...hour, label: `${hour.key}:00-${hour.key}:59` }))}
            total={total}
          />
          <Counts
            title="核验人员"
            rows={report.byPerson.map((person) => ({ ...person, label: person.name }))}
            total={total}
          />
          <h2>作废凭证</h2>
          {report.voids.length === 0 ? (
            <p>无</p>
          ) : (
            <table className={`${styles.table} ${styles.voids}`}>
              <thead>
                <tr>
                  <th scope="col">凭证号</th>
                  <th scope="col">作废时间</th>
                  <th scope="col">作废人</th>
                  <th scope="col">原因</th>
                </tr>
              </thead>
              <tbody>
                {report.voids.map(({ voucherNo, at, byName, reason }) => (
                  <tr key={voucherNo}>
                    <td>{voucherNo}</td>
                    <td>{at}</td>
                    <td>{byName}</td>
                    <td>{reason}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </>
      )}
      <p className={styles.foot}>
        <span>制表:{report.madeBy}</span>
        <span>制表时间:{report.madeAt}</span>
        <span className={styles.signature}>审核签字:</span>
      </p>
    </article>
  );
}
