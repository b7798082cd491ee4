import { LRUCache } from 'lru-cache';
import type { Db } from '../../db/index.ts';
import type { Province } from '../exchange/client/send.ts';
import { type DynamicCodeKeys, dynamicCodeKeys } from '../health-code/dynamic-code.ts';
import type { Log } from '../log.ts';
import type { CityConfig } from './config.ts';
import { makeGatewaySource } from './gateway-source.ts';
import { makeRegisterSource } from './register-source.ts';
import type { AuthenticateInput } from './schema.ts';
import { makeTries, type Tries } from './tries.ts';
import { startCityUploads, type Uploads } from './uploader.ts';
import type { IdentitySource } from './verify-identity.ts';

/** A face recognition that a phone has begun. In memory: after a restart it is begun anew. */
interface Face {
  /** The gateway's. */
  id: string;
  input: AuthenticateInput;
}

/** How long somebody may take to show their face, ms. */
const FACE_MS = 15 * 60 * 1000;
/** How long a phone's call lets nurses go first, ms at most. */
const COURTESY_MS = 50;

/** One city's platform, as it runs. */
export interface CityPlatform {
  config: CityConfig;
  codeKeys: DynamicCodeKeys;
  source: IdentitySource;
  /**
   * Of a phone's call: one in each turn of the event loop, and none while a nurse's write is under way, so that nurses are answered between
   * however many residents come at once.
   */
  turn(): Promise<void>;
  tries: Tries;
  /** By the digest of the phone's cookie: a phone's next one replaces it. */
  faces: LRUCache<string, Face>;
  /** Null until {@link startUploads}: without an address of the province nothing leaves. */
  province: Province | null;
  uploads: Uploads | null;
  /** @param ownUrl of this server, which is the province where the configuration names no other */
  startUploads(ownUrl: string): void;
  /** Waits for what is under way; what was sent without an answer is sent again after the next start. */
  stop(): Promise<void>;
}

function makeTurns(db: Db): () => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  return async () => {
    const deadline = performance.now() + COURTESY_MS;
    last = last.then(() => db.lull(deadline));
    await last;
  };
}

export function makeCityPlatform(db: Db, config: CityConfig, log: Log): CityPlatform {
  return {
    config,
    codeKeys: dynamicCodeKeys(config.issuerKey),
    source: config.gateway ? makeGatewaySource(config.gateway) : makeRegisterSource(db),
    turn: makeTurns(db),
    tries: makeTries(),
    faces: new LRUCache({ max: 10_000, ttl: FACE_MS }),
    province: null,
    uploads: null,
    startUploads(ownUrl) {
      this.province = { ...config.exchange, url: config.exchange.url ?? ownUrl };
      this.uploads = startCityUploads(db, { ...config, province: this.province }, log);
    },
    async stop() {
      await this.uploads?.stop();
    },
  };
}
