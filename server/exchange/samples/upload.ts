// 用法: EXCHANGE_URL=… EXCHANGE_APP_ID=… EXCHANGE_SECRET=… npx tsx upload.ts 4401261123093000001 records.csv
// 以签名方式上传一个 gzip 压缩的 CSV 批次,打印回执。只用 Node.js 自带的模块。
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const { EXCHANGE_URL = '', EXCHANGE_APP_ID = '', EXCHANGE_SECRET = '' } = process.env;
const [cdBatch = '', file = ''] = process.argv.slice(2);
const body = gzipSync(readFileSync(file));
const target = `/api/exchange/v1/batches?cd_batch=${cdBatch}`;
const timestamp = String(Date.now());
const nonce = randomUUID();
const digest = createHash('sm3').update(body).digest('hex');
const text = ['POST', target, timestamp, nonce, digest].join('\n');
const answer = await fetch(EXCHANGE_URL + target, {
  method: 'POST',
  headers: {
    'Content-Type': 'text/csv',
    'Content-Encoding': 'gzip',
    'X-App-Id': EXCHANGE_APP_ID,
    'X-Timestamp': timestamp,
    'X-Nonce': nonce,
    'X-Sign': createHmac('sm3', EXCHANGE_SECRET).update(text).digest('hex'),
  },
  body,
});
process.stdout.write(`${await answer.text()}\n`);
process.exitCode = answer.ok ? 0 : 1;
