import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { decodeAny } from '../../decode-text.ts';
import { readJson, readNdjson, readRecordsCsv } from '../read-rows.ts';

/**
 * The records of a file, in lists as they come: CSV, NDJSON, or JSON (`{ "records": […] }` or a list), by the file's name.
 * @param onBytes hears how many bytes were read
 * @throws DomainError MALFORMED, TOO_LARGE (of one record), as the province would say it
 */
export async function* readRecords(
  file: string,
  onBytes: (bytes: number) => void = () => {},
): AsyncGenerator<unknown[]> {
  const texts = decodeAny(heard(file, onBytes), undefined);
  if (/\.csv$/i.test(file)) yield* readRecordsCsv(texts);
  else if (/\.json$/i.test(file)) yield* readJson((await isList(file)) ? wrapped(texts) : texts, () => {});
  else if (/\.(ndjson|jsonl)$/i.test(file)) yield* readNdjson(texts);
  else throw new Error('文件名应以 .csv、.json、.ndjson 或 .jsonl 结尾');
}

/**
 * Records of a file in batches of a size; the last one may be smaller.
 * @param skip how many records to pass over first
 */
export async function* readBatches(file: string, size: number, skip: number, onBytes: (bytes: number) => void) {
  let toSkip = skip;
  let waiting: unknown[] = [];
  for await (const rows of readRecords(file, onBytes)) {
    for (const row of rows) {
      if (toSkip > 0) {
        toSkip -= 1;
        continue;
      }
      waiting.push(row);
      if (waiting.length < size) continue;
      yield waiting;
      waiting = [];
    }
  }
  if (waiting.length > 0) yield waiting;
}

async function* heard(file: string, onBytes: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const piece of createReadStream(file)) {
    onBytes(piece.length);
    yield piece;
  }
}

async function isList(file: string): Promise<boolean> {
  const handle = await open(file);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(1024), 0, 1024, 0);
  await handle.close();
  return /^[\uFEFF\s]*\[/.test(buffer.toString('utf8', 0, bytesRead));
}

async function* wrapped(texts: AsyncIterable<string>): AsyncGenerator<string> {
  yield '{"records":';
  yield* texts;
  yield '}';
}
