/** Connections to PostgreSQL: which of several hosts, what types come back, and what an error of theirs means. */
import { isIP } from 'node:net';
import pg from 'pg';
import { StorageUnreachable } from './fault.ts';

/** Milliseconds for a connection, from a pool that is used up too; and for one statement, on a host that went away without a word. */
const CONNECT_MS = 5000;
const ANSWER_MS = 60_000;
/** Milliseconds of silence after which the system asks whether the other end is still there. */
const KEEP_ALIVE_MS = 10_000;
/** Of one pool: texts that are prepared on each connection. */
const STATEMENTS = 500;
const INT8 = 20;
const NUMERIC = 1700;

/** What whoever gives a statement gives with it. */
export interface Statement {
  text: string;
  values?: readonly unknown[];
  /** Rows as arrays. */
  bare?: boolean;
}
export type Answer = Pick<pg.QueryArrayResult, 'rows' | 'rowCount' | 'command'>;

/** One connection, as long as it is held. */
export interface Held {
  ask(statement: Statement): Promise<Answer>;
  /** @param broken it is closed and not used again */
  letGo(broken?: boolean): void;
}

/** Whole numbers as JavaScript has them: none of ours is above 2 ** 53. On our own connections only. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format: never) =>
    oid === INT8 || oid === NUMERIC ? Number : pg.types.getTypeParser(oid, format)) as never,
};

/**
 * `postgres://user@a:5432,b:5432/name` names several hosts, of which that is taken which is up, and with
 * `target_session_attrs=read-write` that which may be written to (as libpq does).
 */
export function readAddress(url: string): { urls: string[]; readWrite: boolean } {
  const parts = /^(postgres(?:ql)?:\/\/(?:[^@/]*@)?)([^/?]*)([^?]*)(?:\?(.*))?$/.exec(url);
  if (!parts) throw new Error('DATABASE_URL must be like postgres://user@host:5432/database');
  const [, start = '', hosts = '', path = '', rest = ''] = parts;
  const parameters = new URLSearchParams(rest);
  const readWrite = parameters.get('target_session_attrs') === 'read-write';
  parameters.delete('target_session_attrs');
  const end = parameters.size > 0 ? `?${parameters}` : '';
  const urls = hosts.split(',').map((host) => `${start}${isIP(host) === 6 ? `[${host}]` : host}${path}${end}`);
  return { urls, readWrite: readWrite || urls.length > 1 };
}

/** @param most connections */
export function makePool(url: string, most: number, options: { answerMs?: number } = {}) {
  const { urls, readWrite } = readAddress(url);
  let chosen = 0;
  const names = new Map<string, string>();
  /** Each connection goes to the host that is thought the right one when it is made. */
  class ToChosen extends pg.Client {
    constructor(config: pg.ClientConfig) {
      super({ ...config, connectionString: urls[chosen] as string });
    }
  }
  const config = {
    Client: ToChosen,
    max: most,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: options.answerMs ?? ANSWER_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    application_name: 'vaccination-console',
    ...(readWrite && { verify: refuseStandby }),
  };
  const pool = new pg.Pool(config as object);
  // One that nobody holds: the pool has thrown it away already.
  pool.on('error', () => {});

  /** @throws StorageUnreachable, and what the server said */
  async function hold(): Promise<Held> {
    for (let tries = 1; ; tries += 1) {
      const asked = chosen;
      try {
        return holding(await pool.connect());
      } catch (error) {
        if (chosen === asked) chosen = (chosen + 1) % urls.length;
        if (tries >= urls.length) throw explained(error);
      }
    }
  }

  function holding(client: pg.PoolClient): Held {
    let lost: Error | undefined;
    const onError = (error: Error) => {
      lost = error;
    };
    client.on('error', onError);
    return {
      async ask({ text, values = [], bare = false }) {
        const named = values.length > 0 || /^(select|insert|update|delete)\b/.test(text);
        const name = named ? nameOf(text) : undefined;
        const query = { text, types, ...(name && { name }), ...(bare && { rowMode: 'array' as const }) };
        try {
          return await client.query(query, values as unknown[]);
        } catch (error) {
          throw explained(error);
        }
      },
      letGo(broken = false) {
        client.off('error', onError);
        client.release(broken || lost !== undefined);
      },
    };
  }

  /** Undefined: too many others are prepared already, or it goes without. */
  function nameOf(text: string): string | undefined {
    const known = names.get(text);
    if (known || names.size >= STATEMENTS) return known;
    const name = `s${names.size}`;
    names.set(text, name);
    return name;
  }

  return {
    hold,
    /** One statement on whichever connection is free. */
    async ask(statement: Statement): Promise<Answer> {
      const held = await hold();
      let broken = false;
      try {
        return await held.ask(statement);
      } catch (error) {
        broken = isLost(error);
        throw error;
      } finally {
        held.letGo(broken);
      }
    },
    close: () => pool.end(),
  };
}

export type Pool = ReturnType<typeof makePool>;

/** Whether a connection is of no use after an error: it is gone, or its server may no longer be written to. */
export function isLost(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return (
    error instanceof StorageUnreachable ||
    code === '25006' ||
    code === '25P03' ||
    (typeof code === 'string' && /^(08|57P)/.test(code))
  );
}

function refuseStandby(client: pg.Client, done: (error?: Error) => void): void {
  client
    .query('SHOW transaction_read_only')
    .then(
      ({ rows }) =>
        done(rows[0]?.transaction_read_only === 'off' ? undefined : new StorageUnreachable('only a standby')),
      done,
    );
}

/** The server's own errors have a SQLSTATE; whatever else happened, nothing is known of the server. */
function explained(error: unknown): unknown {
  if (error instanceof pg.DatabaseError || error instanceof StorageUnreachable) return error;
  if (!(error instanceof Error)) return error;
  return new StorageUnreachable(`the database server can not be reached (${error.message})`, { cause: error });
}
