/**
 * tRPC's calls as every page makes them, one by POST: answered on Node's own request and response, without the web's `Request` and
 * `Response` between, which take more time than the call. The answers are tRPC's own, to the letter (trpc-door.test.ts); queries by GET,
 * batches and whatever is no call go through its fetch handler (api.ts).
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getTRPCErrorFromUnknown, getTRPCErrorShape, TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { type Front, hearOut, LARGEST_BODY, type Refused, secureCookies, TOO_LARGE } from './front.ts';
import { API_POLICY, headersFor } from './http/headers.ts';
import { appRouter } from './router.ts';
import type { Session, Sessions } from './staff/sessions.ts';
import { RETRY_AFTER } from './storage.ts';
import type { Context } from './trpc.ts';

const PREFIX = '/api/trpc/';
/** So many calls begin without waiting for more, and whoever came first after so many ms: other work may make turns long. */
const ENOUGH = 64;
const LONGEST_GATHER = 2;
const utf8 = new TextDecoder();

/** What tRPC hands to each middleware of a procedure. */
interface Options {
  path: string;
  type: 'mutation';
  ctx: Context;
  input: unknown;
  getRawInput(): Promise<unknown>;
  signal: undefined;
  batchIndex: number;
}
type Result = { ok: true; data: unknown } | { ok: false; error: TRPCError };
/** What tRPC keeps of a procedure; the last two of its middlewares check the input and do the work. */
interface Definition {
  type: string;
  meta: unknown;
  middlewares: ((
    options: Options & { meta: unknown; next(over?: Partial<Options>): Promise<Result> },
  ) => Promise<Result>)[];
}

const MUTATIONS = new Map(
  Object.entries(appRouter._def.procedures as unknown as Record<string, { _def: Definition }>)
    .filter(([, { _def }]) => _def.type === 'mutation')
    .map(([path, { _def }]) => [`${PREFIX}${path}`, { path, definition: _def }]),
);
type Mutation = { path: string; definition: Definition };

/** `asked`: for the session, once for all that a request meets. */
export type Call = Pick<Context, 'requestId' | 'http'> & { asked: Promise<Session | null> };

interface Parts {
  front: Front;
  sessions: Pick<Sessions, 'find'>;
  contextOf(call: Call): Promise<Context>;
  /** Told what nobody expected, and faults of the storage. */
  onError(error: TRPCError, path: string, requestId: string): void;
}

/** What an answer is made of. */
interface Answer {
  status: number;
  body: string;
  /** Seconds. */
  retryAfter?: number | undefined;
}

/** @returns answers a call, or says `false` and leaves the request as it is */
export function makeTrpcDoor({ front, sessions, contextOf, onError }: Parts) {
  /** The call itself. */
  async function call({ path, definition }: Mutation, call: Call, text: string): Promise<Answer> {
    let ctx: Context | undefined;
    let input: unknown;
    const type = 'mutation';
    try {
      ctx = await contextOf(call);
      const getRawInput = async () => {
        input = parse(text);
        return input;
      };
      const options: Options = { path, type, ctx, getRawInput, input: undefined, signal: undefined, batchIndex: 0 };
      const result = await walk(definition, 0, options);
      if (!result.ok) throw result.error;
      return { status: 200, body: JSON.stringify({ result: { data: result.data } }) };
    } catch (cause) {
      const error = getTRPCErrorFromUnknown(cause);
      onError(error, path, call.requestId);
      const shape = getTRPCErrorShape({ config: appRouter._def._config, error, type, path, input, ctx });
      return { status: getHTTPStatusCodeFromError(error), body: JSON.stringify({ error: shape }) };
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse, mutation: Mutation, started: number) {
    const requestId = randomUUID();
    const peer = front.peerOf(request);
    const { cookie, origin } = request.headers;
    const http = new Http(peer.address, request.headers);
    const refuse = ({ status, code, message, retryAfter }: Refused): Answer => {
      return { status, retryAfter, body: JSON.stringify({ code, message, field: null, request_id: requestId }) };
    };
    let found: Answer;
    const refused = front.refuseOrigin(origin, peer);
    const text = refused ? null : await readText(request);
    if (text === null) found = refuse(refused ?? TOO_LARGE);
    else {
      const asked = sessions.find(cookie);
      const hurry = await front.refuseHurry(peer, asked);
      found = hurry ? refuse(hurry) : await call(mutation, { requestId, http, asked }, text);
    }
    if (found.status >= 400) await hearOut(request);
    if (response.destroyed) return;
    if (http.made) {
      for (const [name, value] of http.made) if (name !== 'set-cookie') response.setHeader(name, value);
      const cookies = http.made.getSetCookie();
      if (cookies.length > 0) response.setHeader('Set-Cookie', peer.secure ? secureCookies(cookies) : cookies);
    }
    const retryAfter = found.status === 503 ? RETRY_AFTER : found.retryAfter;
    if (retryAfter !== undefined) response.setHeader('Retry-After', String(retryAfter));
    const head = headersFor(API_POLICY, peer);
    head.push('Content-Type', 'application/json', 'Content-Length', String(Buffer.byteLength(found.body)));
    head.push('Cache-Control', 'no-store', 'X-Request-Id', requestId);
    response.writeHead(found.status, head);
    response.end(found.body);
    front.note({ requestId, method: 'POST', route: `${PREFIX}${mutation.path}`, status: found.status, started });
  }

  const begin = makeStart();
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    if (request.method !== 'POST') return false;
    const mutation = MUTATIONS.get(request.url ?? '');
    if (!mutation || !request.headers['content-type']?.startsWith('application/json')) return false;
    // Streams of answers have another form.
    if (request.headers['trpc-accept'] ?? request.headers.accept === 'application/jsonl') return false;
    const started = performance.now();
    begin(() => void answer(request, response, mutation, started).catch(() => request.destroy()));
    return true;
  };
}

/**
 * Begins together what came in one turn of the event loop, and in the next ones until one brings nothing more. Step by step beside each other
 * they find in the processor's caches what the first of them needed, and their writes share a commit: a sixth of a lookup's time.
 */
function makeStart(): (one: () => void) => void {
  let arrived: (() => void)[] = [];
  function look(before: number, until: number): void {
    const more = arrived.length > before && arrived.length < ENOUGH && performance.now() < until;
    if (more) return void setImmediate(look, arrived.length, until);
    const all = arrived;
    arrived = [];
    for (const one of all) one();
  }
  return (one) => {
    if (arrived.push(one) === 1) setImmediate(look, 0, performance.now() + LONGEST_GATHER);
  };
}

/** Headers of the answer are made for the procedures that set one: few do. */
class Http {
  made: Headers | null = null;
  readonly address: string;
  readonly cookie: string | undefined;
  readonly origin: string | undefined;

  constructor(address: string, { cookie, origin }: IncomingMessage['headers']) {
    this.address = address;
    this.cookie = cookie;
    this.origin = origin;
  }

  get resHeaders(): Headers {
    this.made ??= new Headers();
    return this.made;
  }
}

/**
 * A procedure's middlewares, one inside the other, as tRPC's `callProcedure` goes through them. That copies what it hands on key by key, by
 * `defineProperty`, as it is compiled for old engines: a tenth of a lookup's time. `trpc-door.test.ts` compares the two.
 */
async function walk(definition: Definition, at: number, options: Options): Promise<Result> {
  const { path, type, signal, batchIndex } = options;
  const next = (over?: Partial<Options>) => {
    const ctx = over?.ctx ? { ...options.ctx, ...over.ctx } : options.ctx;
    const input = over && 'input' in over ? over.input : options.input;
    const getRawInput = over?.getRawInput ?? options.getRawInput;
    return walk(definition, at + 1, { path, type, ctx, input, getRawInput, signal, batchIndex });
  };
  try {
    const { ctx, input, getRawInput } = options;
    const middleware = definition.middlewares[at] as Definition['middlewares'][number];
    return await middleware({ path, type, ctx, input, getRawInput, signal, batchIndex, meta: definition.meta, next });
  } catch (cause) {
    return { ok: false, error: getTRPCErrorFromUnknown(cause) };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TRPCError({ code: 'BAD_REQUEST', cause });
  }
}

/** @returns null of a body that is too large, which is left unread */
function readText(request: IncomingMessage): string | null | Promise<string | null> {
  if (Number(request.headers['content-length'] ?? 0) > LARGEST_BODY) return null;
  // What came with the head is there: a turn has passed since.
  return request.complete ? textOf(request.read()) : waitForText(request);
}

/** @param body null: none */
function textOf(body: Buffer | null): string | null {
  if (body === null) return '';
  return body.length > LARGEST_BODY ? null : utf8.decode(body);
}

function waitForText(request: IncomingMessage): Promise<string | null> {
  return new Promise((resolve, reject) => {
    if (request.destroyed) reject(new Error('the connection is gone'));
    const parts: Buffer[] = [];
    let length = 0;
    request.on('data', (part: Buffer) => {
      parts.push(part);
      length += part.length;
      if (length > LARGEST_BODY) resolve(null);
    });
    request.once('end', () => resolve(textOf(Buffer.concat(parts))));
    request.once('error', reject);
    request.once('close', () => {
      if (!request.complete) reject(new Error('the connection is gone'));
    });
  });
}
