/** `npm run exchange -- upload|reconcile|sample`: a city's end of the exchange, from the command line. */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { stringify } from 'csv-stringify/sync';
import { DomainError } from '../../errors.ts';
import { FIELD_NAMES } from '../../records/fields.ts';
import { shanghaiTime } from '../../time.ts';
import { reconcileFile } from './reconcile-file.ts';
import { CITIES, sampleRecord } from './sample.ts';
import { type Province, Refused } from './send.ts';
import { type Outcome, uploadFile } from './upload.ts';

const USAGE = `用法:
  npm run exchange -- upload FILE [--batch 10000]            上传 CSV、JSON 或 NDJSON 文件
  npm run exchange -- reconcile FILE                         与省平台对账,FILE 应含本市这些日期的全部记录
  npm run exchange -- sample N [--errors 3%] [--city 4401] [--seed 文字] > FILE.csv   生成虚构记录
环境变量: EXCHANGE_URL(默认 http://localhost:3000)、EXCHANGE_APP_ID、EXCHANGE_SECRET
退出码: 0 全部收下或一致,1 有记录被拒绝或不一致,2 未能完成
`;

/** Ordinary records, as NDJSON, of so many stay below the province's 64 MB. */
const LARGEST_BATCH = 50_000;

class Usage extends Error {}
const say = (line: string) => process.stdout.write(`${line}\n`);

await main().catch((error: Error & { code?: string }) => {
  const told =
    error instanceof Usage || error.code?.startsWith('ERR_PARSE_ARGS')
      ? `${error.message}\n${USAGE}`
      : `${explain(error)}\n`;
  process.stderr.write(told);
  process.exitCode = 2;
});

/** Never the text of an error that could quote a record. */
function explain(error: Error & { code?: string }): string {
  if (error.code === 'ENOENT') return '没有这个文件';
  if (error instanceof Refused || error instanceof DomainError) return error.message;
  return /[\u4e00-\u9fff]/.test(error.message) ? error.message : `未能完成(${error.code ?? error.name})`;
}

async function main() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      batch: { type: 'string', default: '10000' },
      errors: { type: 'string', default: '0%' },
      city: { type: 'string', default: '4401' },
      seed: { type: 'string', default: 'sample' },
    },
  });
  const [command, argument] = positionals;
  if (!argument || positionals.length > 2) throw new Usage('');
  if (command === 'sample') return sample(argument, values);
  if (command === 'upload') return upload(argument, wholeNumber(values.batch, '--batch', LARGEST_BATCH));
  if (command === 'reconcile') return reconcile(argument);
  throw new Usage(`没有命令 ${command}`);
}

async function upload(file: string, batchSize: number) {
  const outcome = await uploadFile(readProvince(), file, batchSize);
  const { totals, before, batches } = outcome;
  if (before === batches) say('这个文件的全部批次此前已有回执,没有再次上传');
  else if (before > 0) say(`接着上次中断处继续:前 ${before} 批此前已有回执`);
  say(
    `共 ${totals.total} 条,写入 ${totals.accepted},无变化 ${totals.unchanged},拒绝 ${totals.rejected},提示 ${totals.warnings}(${batches} 批)`,
  );
  if (totals.rejected + totals.warnings > 0) say(`全部错误与提示: ${file}.errors.csv`);
  showErrors(outcome);
  process.exitCode = totals.rejected > 0 ? 1 : 0;
}

function showErrors({ errors, errorCount }: Outcome) {
  if (errors.length === 0) return;
  const width = (key: 'field' | 'code') => Math.max(...errors.map((line) => line[key].length));
  say(`${'行'.padEnd(8)}${'字段'.padEnd(width('field'))}${'代码'.padEnd(width('code'))}说明`);
  for (const { row, field, code, message } of errors) {
    say(`${String(row).padEnd(9)}${field.padEnd(width('field') + 2)}${code.padEnd(width('code') + 2)}${message}`);
  }
  if (errorCount > errors.length) say(`…另有 ${errorCount - errors.length} 个错误`);
}

async function reconcile(file: string) {
  const { days, refused } = await reconcileFile(readProvince(), file);
  say('日期        本市      省平台    结果');
  for (const { day, own, held, equal } of days) {
    say(`${day}  ${String(own).padEnd(10)}${String(held).padEnd(10)}${equal ? '一致' : '不一致'}`);
  }
  if (refused > 0) say(`另有 ${refused} 条被拒绝的记录,未参加对账(见 ${file}.errors.csv)`);
  process.exitCode = days.every(({ equal }) => equal) ? 0 : 1;
}

async function sample(argument: string, values: { errors: string; city: string; seed: string }) {
  const count = wholeNumber(argument, 'N', 100_000_000);
  const share = /^(\d+(?:\.\d+)?)%$/.exec(values.errors)?.[1];
  if (share === undefined || Number(share) > 100) throw new Usage('--errors 应为百分数,例如 3%');
  if (!(values.city in CITIES)) throw new Usage(`--city 应为 ${Object.keys(CITIES).join(' 或 ')}`);
  const city = values.city as keyof typeof CITIES;
  const cdTime = shanghaiTime(new Date());
  const wrong = (n: number) => Math.floor((n * Number(share)) / 100);
  process.stdout.write(`${FIELD_NAMES.join(',')}\n`);
  for (let from = 0; from < count; from += 1000) {
    const rows = Array.from({ length: Math.min(1000, count - from) }, (_, at) => {
      const n = from + at;
      return sampleRecord(n, { city, seed: values.seed, cdTime, error: wrong(n + 1) > wrong(n) });
    });
    if (!process.stdout.write(stringify(rows, { columns: [...FIELD_NAMES] }))) await once(process.stdout, 'drain');
  }
}

function readProvince(): Province {
  const { EXCHANGE_URL, EXCHANGE_APP_ID, EXCHANGE_SECRET } = process.env;
  if (!EXCHANGE_APP_ID || !EXCHANGE_SECRET) throw new Usage('请设置环境变量 EXCHANGE_APP_ID 与 EXCHANGE_SECRET');
  return {
    url: (EXCHANGE_URL || 'http://localhost:3000').replace(/\/+$/, ''),
    appId: EXCHANGE_APP_ID,
    secret: EXCHANGE_SECRET,
  };
}

function wholeNumber(text: string, name: string, most: number): number {
  if (!/^[1-9]\d*$/.test(text) || Number(text) > most) throw new Usage(`${name} 应为 1 至 ${most} 的整数`);
  return Number(text);
}
