/** docs/benchmarks/api.md and api.svg. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import * as echarts from 'echarts';
import type { Figures } from './press.ts';

export interface Measured {
  /** Records. */
  size: number;
  database: 'SQLite' | 'PostgreSQL';
  lookups: { connections: number; bare: Figures; nextRoute: Figures; ours: Figures }[];
  /** Resident megabytes after the lookups. */
  memory: Record<string, number | null>;
  issued: Figures & { vouchers: number; gaps: number };
}

const FOLDER = fileURLToPath(new URL('../../docs/benchmarks/', import.meta.url));
const NAMES = { bare: 'node:http + one lookup', nextRoute: 'tRPC in a Next route', ours: 'ours' } as const;
const names = Object.keys(NAMES) as (keyof typeof NAMES)[];
const count = (value: number) => value.toLocaleString('en');
const ms = (value: number) => value.toFixed(2);

export function writeReport(measured: Measured[]): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}api.md`, tell(measured));
  writeFileSync(`${FOLDER}api.svg`, draw(measured));
}

function tell(measured: Measured[]): string {
  const [cpu] = cpus();
  const machine = `${cpus().length} × ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}, Node ${process.version}`;
  const rows = measured.flatMap(({ size, database, lookups }) =>
    lookups.flatMap((each) =>
      names.map((name) => {
        const { rps, p50, p99 } = each[name];
        const share = name === 'bare' ? '' : (rps / each.bare.rps).toFixed(2);
        return `| ${database} | ${count(size)} | ${each.connections} | ${NAMES[name]} | ${count(rps)} | ${share} | ${ms(p50)} | ${ms(p99)} |`;
      }),
    ),
  );
  const issues = measured.map(
    ({ size, database, issued, memory }) =>
      `| ${database} | ${count(size)} | ${count(issued.rps)} | ${ms(issued.p50)} | ${ms(issued.p99)} | ${count(issued.vouchers)} | ${issued.gaps} | ${names.map((name) => memory[name] ?? '?').join(' / ')} |`,
  );
  return `# Lookups and vouchers over HTTP

Written by \`npm run bench -- api\` on ${new Date().toISOString().slice(0, 10)}: ${machine}. Load and server share the machine. Each figure of lookups is the
median of seven turns, the subjects by turns on the same database. PostgreSQL shares the machine, too, and is as Debian sets it up.

- **${NAMES.bare}**: the limit. No session, no audit, no masking; sealed columns stay sealed.
- **${NAMES.nextRoute}**: the same lookup as plain tRPC in a route handler of Next, what a template gives.
- **${NAMES.ours}**: \`scan.lookup\` as pages call it: session, limits, audit row on the disk before the answer, opened and masked.

![answers a second at 16 connections](api.svg)

| database | records | connections | | answers a second | of the limit | p50 ms | p99 ms |
|---|---:|---:|---|---:|---:|---:|---:|
${rows.join('\n')}

\`vouchers.issue\` at 64 connections, each voucher and its audit row on the disk before the answer; and resident memory in MB after the lookups
(${names.map((name) => NAMES[name]).join(' / ')}):

| database | records | vouchers a second | p50 ms | p99 ms | issued | serials missing | memory |
|---|---:|---:|---:|---:|---:|---:|---|
${issues.join('\n')}
`;
}

function draw(measured: Measured[]): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: 800, height: 360 });
  const at16 = measured.map(({ lookups }) => lookups.find(({ connections }) => connections === 16));
  chart.setOption({
    animation: false,
    backgroundColor: '#fff',
    title: { text: 'Answers a second at 16 connections, by records and database', left: 'center' },
    // No browser measures the texts here.
    legend: { bottom: 0, itemGap: 90 },
    grid: { left: 70, right: 20, top: 50, bottom: 60 },
    xAxis: {
      type: 'category',
      data: measured.map(({ size, database }) => `${count(size)}\n${database}`),
      axisLabel: { interval: 0 },
    },
    yAxis: { type: 'value' },
    series: names.map((name) => ({
      type: 'bar',
      name: NAMES[name],
      label: { show: true, position: 'top' },
      data: at16.map((each) => each?.[name].rps ?? 0),
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
