import { METRICS } from '../../../server/figures/schema.ts';
import type { Answers } from '../answers.ts';
import { ChartCard } from './chart-card.tsx';
import { COLOURS, lying, type Series, standing } from './options.ts';

export type Figures = Answers['figures']['read'];

const NUMBER = { align: 'right' as const };
const percent = (rate: number) => `${(rate * 100).toFixed(1)}%`;
const nothing = (figures: Figures) => (figures.period === 'today' ? '今日还没有数据' : '近 30 天没有数据');

type Work = Figures['byDay'][number];
const workOf = (rows: Omit<Work, 'day'>[]): Series[] => [
  { name: '扫码', values: rows.map(({ scans }) => scans), colour: COLOURS.scans },
  { name: '出具凭证', values: rows.map(({ vouchers }) => vouchers), colour: COLOURS.vouchers },
  { name: '未通过', values: rows.map(({ refused }) => refused), colour: COLOURS.refused },
];
const WORK_COLUMNS = [
  { title: '扫码', dataIndex: 'scans', ...NUMBER },
  { title: '出具凭证', dataIndex: 'vouchers', ...NUMBER },
  { title: '未通过', dataIndex: 'refused', ...NUMBER },
];
const idle = ({ totals: { scans, vouchers, refused } }: Figures) => scans + vouchers + refused === 0;

export function ByDay({ figures }: { figures: Figures }) {
  const days = figures.byDay;
  return (
    <ChartCard
      title="按日"
      rows={days}
      rowKey="day"
      columns={[{ title: '日期', dataIndex: 'day' }, ...WORK_COLUMNS]}
      option={standing(
        days.map(({ day }) => day.slice(5)),
        workOf(days),
      )}
      empty={idle(figures) ? nothing(figures) : null}
    />
  );
}

export function ByHour({ figures }: { figures: Figures }) {
  const hours = figures.byHour.map((hour) => ({ ...hour, name: `${String(hour.hour).padStart(2, '0')}:00` }));
  return (
    <ChartCard
      title="按时段"
      rows={hours}
      rowKey="hour"
      columns={[{ title: '时段', dataIndex: 'name' }, ...WORK_COLUMNS]}
      option={standing(
        hours.map(({ name }) => name.slice(0, 2)),
        workOf(hours),
      )}
      empty={idle(figures) ? nothing(figures) : null}
    />
  );
}

export function Refusals({ figures }: { figures: Figures }) {
  const rows = (figures.refusals ?? []).map(({ reason, count }) => ({ reason: METRICS[reason], count }));
  return (
    <ChartCard
      title="未通过原因"
      rows={rows}
      rowKey="reason"
      columns={[
        { title: '原因', dataIndex: 'reason' },
        { title: '次数', dataIndex: 'count', ...NUMBER },
      ]}
      option={lying(
        rows.map(({ reason }) => reason),
        [{ name: '次数', values: rows.map(({ count }) => count), colour: COLOURS.refused }],
      )}
      empty={rows.length > 0 ? null : idle(figures) ? nothing(figures) : '没有未通过的情况'}
    />
  );
}

export function BySite({ figures }: { figures: Figures }) {
  const rows = figures.bySite ?? [];
  return (
    <ChartCard
      title="按接种单位(扫码最多的 20 个)"
      rows={rows}
      rowKey="code"
      columns={[{ title: '接种单位', dataIndex: 'name' }, { title: '单位编码', dataIndex: 'code' }, ...WORK_COLUMNS]}
      option={lying(
        rows.map(({ name }) => name),
        [
          { name: '扫码', values: rows.map(({ scans }) => scans), colour: COLOURS.scans },
          { name: '出具凭证', values: rows.map(({ vouchers }) => vouchers), colour: COLOURS.vouchers },
        ],
      )}
      height={Math.max(280, rows.length * 56 + 48)}
      empty={rows.length > 0 ? null : nothing(figures)}
    />
  );
}

export function Uploads({ figures }: { figures: Figures }) {
  const rows = (figures.byCity ?? []).map((city) => ({ ...city, rate: percent(city.refusalRate) }));
  return (
    <ChartCard
      title="各市上传"
      rows={rows}
      rowKey="code"
      columns={[
        { title: '城市', dataIndex: 'name' },
        { title: '批次', dataIndex: 'batches', ...NUMBER },
        { title: '接收', dataIndex: 'accepted', ...NUMBER },
        { title: '无变化', dataIndex: 'unchanged', ...NUMBER },
        { title: '拒收', dataIndex: 'rejected', ...NUMBER },
        { title: '拒收率', dataIndex: 'rate', ...NUMBER },
      ]}
      option={lying(
        rows.map(({ name, rate }) => `${name}\n拒收率 ${rate}`),
        [
          { name: '接收', values: rows.map(({ accepted }) => accepted), colour: COLOURS.scans, stacked: true },
          { name: '无变化', values: rows.map(({ unchanged }) => unchanged), colour: COLOURS.unchanged, stacked: true },
          { name: '拒收', values: rows.map(({ rejected }) => rejected), colour: COLOURS.refused, stacked: true },
        ],
      )}
      height={Math.max(280, rows.length * 48 + 48)}
      empty={rows.length > 0 ? null : nothing(figures)}
    />
  );
}

export function UploadsByDay({ figures }: { figures: Figures }) {
  const days = figures.byDay;
  return (
    <ChartCard
      title="按日上传"
      rows={days}
      rowKey="day"
      columns={[
        { title: '日期', dataIndex: 'day' },
        { title: '批次', dataIndex: 'batches', ...NUMBER },
        { title: '接收', dataIndex: 'accepted', ...NUMBER },
        { title: '无变化', dataIndex: 'unchanged', ...NUMBER },
        { title: '拒收', dataIndex: 'rejected', ...NUMBER },
      ]}
      option={standing(
        days.map(({ day }) => day.slice(5)),
        [
          { name: '接收', values: days.map(({ accepted }) => accepted), colour: COLOURS.scans, stacked: true },
          { name: '无变化', values: days.map(({ unchanged }) => unchanged), colour: COLOURS.unchanged, stacked: true },
          { name: '拒收', values: days.map(({ rejected }) => rejected), colour: COLOURS.refused, stacked: true },
        ],
      )}
      empty={figures.totals.batches > 0 ? null : nothing(figures)}
    />
  );
}
