/** The exchange's description for integrators: OpenAPI 3.1, made from the schemas that the door itself uses. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { FIELDS } from '../records/fields.ts';
import { RULES } from '../records/rules.ts';
import { batchNo } from './schema.ts';
import {
  MAX_BYTES,
  MAX_DAYS,
  MAX_RECORDS,
  receipt,
  reconciledDays,
  reconciliation,
  recordError,
  refusal,
} from './wire.ts';

const SAMPLES = [
  { lang: 'curl', file: 'upload.sh' },
  { lang: 'Python', file: 'upload.py' },
  { lang: 'Java', file: 'Upload.java' },
  { lang: 'TypeScript', file: 'upload.ts' },
] as const;

/** One of the 25 fields: what it must be, by itself and beside the others, in words. */
function fieldSchema({ name, label, length, max, form }: (typeof FIELDS)[number]) {
  const beside = RULES.filter((rule) => rule.field === name).map((rule) => rule.wording);
  const words = [`${label}(${length})`, form.wording, ...beside].filter(Boolean);
  const text = z.string().max(max);
  return (name === 'recognize_flag' ? z.union([text, z.int()]) : text).describe(words.join(';'));
}

const record = z
  .object(
    Object.fromEntries(
      FIELDS.map((field) => [field.name, field.required ? fieldSchema(field) : fieldSchema(field).optional()]),
    ),
  )
  .describe('25 个字段,均为文本;recognize_flag 也可为数字。空文本、null 与缺少等同。不得含有其他字段。');

const batch = z.object({ cd_batch: batchNo, records: z.array(record).max(MAX_RECORDS) });

function json(schema: string) {
  return { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } };
}
const refused = (description: string) => ({ description, content: json('Refusal') });
const REFUSALS = {
  429: refused(
    'TOO_MANY_REQUESTS 请求过于频繁,或签名上传同时进行过多、十分钟内被整体拒绝过多,请在 Retry-After 秒后再试',
  ),
  500: refused('INTERNAL 系统繁忙,请稍后以同一内容再试'),
  503: refused(
    'STORAGE_FULL、STORAGE_BUSY、STORAGE_READONLY、STORAGE_DAMAGED、STORAGE_FAILED 服务器暂时无法保存,请按 Retry-After 稍后以同一内容再试',
  ),
  400: refused('MALFORMED 内容不完整或无法读取;BAD_INPUT 参数有误'),
  401: refused(
    'UNAUTHENTICATED 凭据无效;SIGNATURE_INVALID 签名不符;SIGNATURE_EXPIRED 时间相差超过 5 分钟;NONCE_REPLAYED 重复的随机数',
  ),
};
const cdBatch = { name: 'cd_batch', in: 'path', required: true, schema: { $ref: '#/components/schemas/BatchNo' } };

const toJsonSchema = (schema: z.ZodType) => z.toJSONSchema(schema, { target: 'draft-2020-12' });

/** The document that `/api/exchange/openapi.json` serves. */
export function describeExchange() {
  const components = {
    BatchNo: batchNo,
    Batch: batch,
    Record: record,
    Receipt: receipt,
    RecordError: recordError,
    Refusal: refusal,
    Reconciliation: reconciliation,
  };
  const schemas = Object.fromEntries(Object.entries(components).map(([name, schema]) => [name, toJsonSchema(schema)]));
  return {
    openapi: '3.1.0',
    info: {
      title: '实名认证记录交换接口',
      version: '1',
      description: `市级码管平台向省级码管平台上传实名认证记录。一个批次最多 ${MAX_RECORDS} 条记录、解压后 ${MAX_BYTES / 1024 / 1024} MB。`,
    },
    security: [{ bearer: [] }, { appId: [], timestamp: [], nonce: [], sign: [] }],
    paths: {
      '/api/exchange/v1/batches': {
        post: {
          summary: '上传批次',
          description: [
            '逐条校验,有误的记录只影响自己。同一批次号再次上传相同内容,得到同一回执,不会重复写入;内容不同则拒绝。NDJSON 与 CSV 的批次号写在查询参数中。',
            '连接中断或回答 5xx 时,请以同一批次号、同一内容重新上传(签名方式须换新的 X-Nonce)。',
            '行号从第一条记录算起,空行不计。同一 id 在一个批次中只能出现一次:新增(i)与其后的更新(u)请分两个批次。删除(d)也要填写全部必填字段;所经应用的备案已撤销时,仍可删除。',
          ].join('\n'),
          parameters: [
            {
              name: 'cd_batch',
              in: 'query',
              description: 'NDJSON 与 CSV 必填',
              schema: { $ref: '#/components/schemas/BatchNo' },
            },
            {
              name: 'Content-Encoding',
              in: 'header',
              description: '可用 gzip 压缩',
              schema: { type: 'string', enum: ['gzip'] },
            },
          ],
          requestBody: {
            required: true,
            content: {
              ...json('Batch'),
              'application/x-ndjson': { schema: { type: 'string', description: '每行一条记录(JSON 对象),UTF-8' } },
              'text/csv': {
                schema: {
                  type: 'string',
                  description:
                    '第一行为字段名,顺序不限;UTF-8(可带 BOM)或 GB18030;为 GB18030 时请写 charset=gb18030,否则按内容判断',
                },
              },
            },
          },
          responses: {
            200: { description: '回执', content: json('Receipt') },
            ...REFUSALS,
            403: refused('WRONG_SOURCE 批次号不属于凭据所属城市'),
            409: refused('BATCH_CONFLICT 批次号已用于其他内容'),
            413: refused('TOO_LARGE 超过上限,未写入任何记录'),
            415: refused('UNSUPPORTED_TYPE 不支持的内容类型或压缩方式'),
          },
          'x-codeSamples': SAMPLES.map(({ lang, file }) => ({
            lang,
            source: readFileSync(new URL(`./samples/${file}`, import.meta.url), 'utf8'),
          })),
        },
      },
      '/api/exchange/v1/batches/{cd_batch}': {
        get: {
          summary: '查询回执',
          parameters: [cdBatch],
          responses: {
            200: { description: '回执', content: json('Receipt') },
            ...REFUSALS,
            404: refused('BATCH_NOT_FOUND 本市没有这个批次'),
          },
        },
      },
      '/api/exchange/v1/batches/{cd_batch}/errors.csv': {
        get: {
          summary: '下载全部错误与提示',
          parameters: [cdBatch],
          responses: {
            200: {
              description: 'CSV,列为 row,id,severity,field,code,message;UTF-8 带 BOM',
              content: { 'text/csv': { schema: { type: 'string' } } },
            },
            ...REFUSALS,
            404: refused('BATCH_NOT_FOUND 本市没有这个批次'),
          },
        },
      },
      '/api/exchange/v1/reconciliation': {
        get: {
          summary: '对账',
          description: `省平台现存本市记录的条数与摘要,按记录 cd_time 的日期、批次、操作分列;一次最多 ${MAX_DAYS} 天。市平台对自己的记录做同样计算即可比对:每个 id 只取最后一次成功上传的状态;被拒绝的记录不计。请在没有上传正在进行时对账。`,
          parameters: Object.entries(reconciledDays.shape).map(([name, schema]) => ({
            name,
            in: 'query',
            required: true,
            description: schema.description,
            schema: toJsonSchema(schema),
          })),
          responses: { 200: { description: '对账结果', content: json('Reconciliation') }, ...REFUSALS },
        },
      },
    },
    components: {
      schemas,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'Authorization: Bearer 密钥' },
        appId: { type: 'apiKey', in: 'header', name: 'X-App-Id', description: '凭据编号' },
        timestamp: {
          type: 'apiKey',
          in: 'header',
          name: 'X-Timestamp',
          description: '13 位毫秒时间戳,与省平台相差不超过 5 分钟',
        },
        nonce: {
          type: 'apiKey',
          in: 'header',
          name: 'X-Nonce',
          description: '16 至 64 位字母、数字、下划线或连字符,每个请求换新',
        },
        sign: {
          type: 'apiKey',
          in: 'header',
          name: 'X-Sign',
          description:
            'HMAC-SM3(密钥, METHOD\\nPATH?QUERY\\nX-Timestamp\\nX-Nonce\\nSM3(请求体)),64 位十六进制;请求体按传输的字节计算(压缩后),没有请求体时为空内容的 SM3',
        },
      },
    },
  };
}
