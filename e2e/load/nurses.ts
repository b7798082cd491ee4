/** Nurses who scan, in a process of their own: what residents' calls cost whoever sends them is no wait of a nurse's. Forked by city.bench.ts. */
import { drive, makeCaller } from './drive.ts';

export interface Scans {
  url: string;
  cookie: string;
  code: string;
  perSecond: number;
  seconds: number;
}

process.on('message', async ({ url, cookie, code, perSecond, seconds }: Scans) => {
  const { call, close } = makeCaller(url, 32);
  const lookUp = () => call('scan.lookup', { code }, { cookie });
  process.send?.(await drive(perSecond, seconds, lookUp));
  await close();
});
