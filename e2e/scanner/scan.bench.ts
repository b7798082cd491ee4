/**
 * `npm run bench -- scan`: our ladder against the decoders that there are, in one run.
 *
 * - `[--each N] [--from M]`: generated camera frames, N of each kind (16), from the M-th on (0)
 * - `--photos DIR [--photos DIR …]`: photographs instead, `NAME.png|jpg` with the text in `NAME.txt`
 * - `--patience glance|look|study`: how ours looks; `look` as at a camera's frame, `study` as at a picture file (photographs)
 * - `--only NAME [--only NAME …]`: these decoders alone
 * - `--empty N`: N pictures of noise, textures and damaged codes, in which ours must see no wrong health code
 *
 * Of generated frames ours and other readers of brightness are given it, as a camera's frames hold a plane of it; of photographs they
 * make it themselves, within the time that is measured.
 */
import { parseArgs } from 'node:util';
import { fromRgba, type Luma } from '../../app/scan/scanner/luma.ts';
import type { Patience } from '../../app/scan/scanner/sighting.ts';
import { parseHealthCode } from '../../server/health-code/parse.ts';
import { makeConfusion } from './confusion.ts';
import { kinds, makeFrame } from './frames.ts';
import { makeOurs, makePeers, type Peer, type Subject } from './peers.ts';
import { findPhotos, openPhoto } from './photos.ts';

interface Score {
  hits: Map<string, number>;
  wrong: number;
  ms: number[];
}
interface Task {
  group: string;
  open(): Promise<{ subject: Subject; text: string }>;
}

const { values: options } = parseArgs({
  args: process.argv.slice(3),
  options: {
    each: { type: 'string', default: '16' },
    from: { type: 'string', default: '0' },
    patience: { type: 'string' },
    photos: { type: 'string', multiple: true },
    only: { type: 'string', multiple: true },
    empty: { type: 'string' },
  },
});
const patience = (options.patience ?? (options.photos ? 'study' : 'look')) as Patience;
const say = (line: string) => process.stdout.write(`${line}\n`);

if (options.empty) await beConfused(Number(options.empty));
else
  await compare(
    options.photos ? tasksOfPhotos(options.photos) : tasksOfFrames(Number(options.each), Number(options.from)),
  );

async function compare(tasks: Task[]): Promise<void> {
  const all = await makePeers(await makeOurs(), patience);
  const peers = Object.fromEntries(Object.entries(all).filter(([name]) => options.only?.includes(name) ?? true));
  const names = Object.keys(peers);
  const scores = new Map(names.map((name) => [name, { hits: new Map(), wrong: 0, ms: [] } as Score]));
  const together = { union: 0, any: 0 };
  for (const [n, task] of tasks.entries()) {
    const { subject, text } = await task.open();
    const read = new Set<string>();
    // Each is first by turns: the first pays for what making the picture left behind.
    const first = n % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      const peer = peers[name] as Peer;
      const score = scores.get(name) as Score;
      const started = performance.now();
      const answer = await Promise.resolve(subject)
        .then(peer)
        .catch(() => null);
      score.ms.push(performance.now() - started);
      // Text files end in line breaks that codes do not have.
      if (answer?.trim() === text.trim()) {
        score.hits.set(task.group, (score.hits.get(task.group) ?? 0) + 1);
        read.add(name);
      } else if (answer) score.wrong += 1;
    }
    if (read.has('zxing-wasm') || read.has('@zxing/library')) together.union += 1;
    if (read.size > 0) together.any += 1;
    if (process.stderr.isTTY) process.stderr.write(`\r${n + 1} of ${tasks.length} `);
  }
  const groups = [...new Set(tasks.map(({ group }) => group))];
  const of = (group: string) => tasks.filter((task) => task.group === group).length;
  const widest = Math.max(...names.map((name) => name.length));
  say(['hits'.padEnd(widest), ...groups].join('  '));
  for (const [name, { hits }] of scores) {
    say(
      [name.padEnd(widest), ...groups.map((group) => String(hits.get(group) ?? 0).padStart(group.length))].join('  '),
    );
  }
  say(['of'.padEnd(widest), ...groups.map((group) => String(of(group)).padStart(group.length))].join('  '));
  say('');
  const decoders = Object.fromEntries([...scores].map(([name, score]) => [name, summary(score)]));
  const [baseline] = [decoders['zxing-wasm']];
  say(`${''.padEnd(widest)}   hits      %  wrong  p50 ms  p95 ms  mean ms  mean, of zxing-wasm's`);
  for (const [name, { hits, wrong, p50, p95, mean }] of Object.entries(decoders)) {
    const share = ((100 * hits) / tasks.length).toFixed(1);
    const ratio = (mean / (baseline?.mean ?? mean)).toFixed(2);
    const cells = [hits, share, wrong, p50.toFixed(1), p95.toFixed(1), mean.toFixed(1), ratio];
    say(
      `${name.padEnd(widest)}  ${cells.map((cell, n) => String(cell).padStart([5, 5, 5, 6, 6, 7, 21][n] ?? 0)).join('  ')}`,
    );
  }
  say(`\nread by zxing-wasm or @zxing/library: ${together.union}; by any: ${together.any}; of ${tasks.length}`);
  say(`RESULT ${JSON.stringify({ total: tasks.length, ...together, decoders })}`);
}

function summary({ hits, wrong, ms }: Score) {
  const sorted = [...ms].sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
  return {
    hits: [...hits.values()].reduce((sum, each) => sum + each, 0),
    wrong,
    p50: at(0.5),
    p95: at(0.95),
    mean: ms.reduce((sum, each) => sum + each, 0) / Math.max(1, ms.length),
  };
}

function tasksOfFrames(each: number, from: number): Task[] {
  return kinds.flatMap((kind) =>
    Array.from({ length: each }, (_, n) => ({
      group: kind,
      async open() {
        const { text, ...luma } = makeFrame(kind, from + n);
        return { text, subject: { luma, rgba: toRgba(luma) } };
      },
    })),
  );
}

function tasksOfPhotos(folders: string[]): Task[] {
  return folders.flatMap((folder) =>
    findPhotos(folder).map(({ path, text }) => ({
      group: folder.split('/').findLast(Boolean) ?? folder,
      async open() {
        const rgba = await openPhoto(path);
        const subject = {
          rgba,
          get luma() {
            return fromRgba(rgba);
          },
        };
        return { text, subject };
      },
    })),
  );
}

function toRgba({ data, width, height }: Luma): Subject['rgba'] {
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (const [at, light] of data.entries()) rgba.fill(light, at * 4, at * 4 + 3).fill(255, at * 4 + 3, at * 4 + 4);
  return { data: rgba, width, height };
}

async function beConfused(count: number): Promise<void> {
  const ladder = await makeOurs();
  const seen = { codes: 0, other: 0, wrong: 0 };
  const started = performance.now();
  for (let n = 0; n < count; n += 1) {
    const { image, text } = makeConfusion(n);
    // A study takes as long as ten looks, and sees in more ways what is not there.
    const answer = (await ladder.read({ image }, n % 11 === 10 ? 'study' : 'look'))?.text ?? null;
    if (answer === null) continue;
    if (answer === text) seen.codes += 1;
    else if (parseHealthCode(answer)) seen.wrong += 1;
    else seen.other += 1;
    if (answer !== text) say(`picture ${n}: read ${JSON.stringify(answer)}, holds ${JSON.stringify(text)}`);
  }
  const seconds = Math.round((performance.now() - started) / 1000);
  say(`${count} pictures of noise, textures and damaged codes in ${seconds} s`);
  say(
    `right although damaged: ${seen.codes}; other texts, no health codes: ${seen.other}; wrong health codes: ${seen.wrong}`,
  );
  say(`RESULT ${JSON.stringify({ total: count, ...seen })}`);
  if (seen.wrong > 0) process.exitCode = 1;
}
