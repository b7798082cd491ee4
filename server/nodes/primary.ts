/** The process that starts others of its kind, does what only one may do, and answers what nodes hand on. */
import cluster, { type Worker } from 'node:cluster';
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createBirpc } from 'birpc';
import type { SharedCounts } from '../../db/index.ts';
import { freePort } from '../http/free-port.ts';
import type { Listening } from '../http/serve.ts';
import { describeError, type Log } from '../log.ts';
import { makeTurns } from './turns.ts';
import type { Counted, NodeCalls, Others, Ports, PrimaryCalls } from './wire.ts';

/** Before another node takes the place of one that ended, ms. */
const AGAIN_MS = 1000;
/** For what a node has counted, ms. */
const METRICS_MS = 2000;

/** Nodes accept by themselves: a connection that the primary hands to a node which is just killed would hang for good. */
cluster.schedulingPolicy = cluster.SCHED_NONE;

interface Node {
  worker: Worker;
  rpc: NodeCalls & { metrics(): Promise<Counted[]> };
  ended: Promise<void>;
  /** Until then it hears nothing, and answers nobody. */
  listens: boolean;
}

/** @param count how many nodes */
export function makePrimary(count: number, log: Log) {
  const token = randomBytes(32).toString('base64url');
  const turn = makeTurns();
  const nodes = new Map<number, Node>();
  /** What each node told last. */
  const counted = new Map<number, Counted[]>();
  let stopping = false;
  let hear: (staffId: string) => void = () => {};

  /** What all must listen at, however free the choice was. */
  const listenAt: { PORT?: string; HTTP_PORT?: string } = {};

  /** @returns the node, and where it listens: an error when it ended before it did */
  function begin(port: number, counts: SharedCounts): { node: Node; listening: Promise<Ports> } {
    const worker = cluster.fork(listenAt);
    /** Its turns that have begun or will, in order. */
    const turns: (() => void)[] = [];
    let gone = false;
    let told: { resolve(ports: Ports): void; reject(error: Error): void } | undefined;
    const listening = new Promise<Ports>((resolve, reject) => {
      told = { resolve, reject };
    });
    const calls: PrimaryCalls = {
      ...counts,
      enter: () => ({ port, token }),
      async turn() {
        const end = await turn();
        if (gone) end();
        else turns.push(end);
      },
      turnOver: () => turns.shift()?.(),
      forget(staffId) {
        hear(staffId);
        for (const other of nodes.values()) if (other.worker !== worker) other.rpc.forget(staffId);
      },
      listening(ports) {
        node.listens = true;
        told?.resolve(ports);
      },
    };
    const rpc = createBirpc<NodeCalls, PrimaryCalls>(calls, {
      // One that was just killed looks connected still.
      post: (message) => void (worker.isConnected() && worker.send(message, () => {})),
      on: (handle) => void worker.on('message', handle),
      eventNames: ['forget', 'reload', 'stop'],
      timeout: -1,
    });
    worker.on('error', (error) => {
      log.error({ node: worker.id, error: describeError(error) }, 'a node is not reached');
      told?.reject(error);
    });
    const ended = new Promise<void>((done) => {
      worker.once('exit', (code, signal) => {
        gone = true;
        for (const end of turns) end();
        rpc.$close();
        nodes.delete(worker.id);
        told?.reject(new Error(`a node ended with ${signal ?? code} before it listened`));
        if (!stopping) log.error({ node: worker.id, code, signal }, 'a node ended');
        done();
      });
    });
    const node: Node = { worker, rpc: rpc as unknown as Node['rpc'], ended, listens: false };
    nodes.set(worker.id, node);
    return { node, listening };
  }

  /** Starts a node, and another one whenever it has ended, as long as the primary lives. */
  async function keep(port: number, counts: SharedCounts): Promise<Ports> {
    const { node, listening } = begin(port, counts);
    const ports = await listening;
    void node.ended.then(async () => {
      for (;;) {
        await pause(AGAIN_MS, undefined, { ref: false });
        if (stopping) return;
        try {
          await keep(port, counts);
          log.info({ replaced: node.worker.process.pid }, 'another node listens');
          return;
        } catch {
          // What it ended with is told.
        }
      }
    });
    return ports;
  }

  return {
    token,
    /** Whose turn it is to write, nodes and the primary itself. */
    turn,
    others: {
      tell(staffId) {
        for (const { rpc } of nodes.values()) rpc.forget(staffId);
      },
      listen(heard) {
        hear = heard;
      },
    } satisfies Others,
    /** What nodes have counted, those that ended, too: a sum that goes back is taken for a restart. */
    async metrics(): Promise<Counted[][]> {
      await Promise.all(
        [...nodes.values()].map(async ({ listens, worker, rpc }) => {
          // One that does not answer has the numbers of before.
          const late = pause(METRICS_MS, undefined, { ref: false });
          const told = listens && (await Promise.race([rpc.metrics(), late]).catch(() => undefined));
          if (told) counted.set(worker.id, told);
        }),
      );
      const ended = ({ type }: Counted) => type === 'counter' || type === 'histogram';
      return [...counted].map(([id, told]) => (nodes.has(id) ? told : told.filter(ended)));
    },
    reload(): void {
      for (const { rpc } of nodes.values()) rpc.reload();
    },
    /**
     * Starts the nodes, which listen for the world.
     * @param inside where the primary listens for them
     * @param wanted where they are to listen
     * @throws Error when one does not start
     */
    async start(inside: Listening, counts: SharedCounts, wanted: Ports & { host: string }): Promise<Listening> {
      // Whoever replaces a node could not share a port that was given to the first.
      if (wanted.port === 0) listenAt.PORT = String(await freePort(wanted.host));
      if (wanted.httpPort === 0) listenAt.HTTP_PORT = String(await freePort(wanted.host));
      const ports = await Promise.all(Array.from({ length: count }, () => keep(inside.port, counts)));
      const [{ port, httpPort } = { port: 0, httpPort: null }] = ports;
      return {
        port,
        httpPort,
        ownUrl: inside.ownUrl,
        async close() {
          stopping = true;
          const all = [...nodes.values()];
          for (const { rpc, worker, listens } of all) listens ? rpc.stop() : worker.kill('SIGKILL');
          await Promise.all(all.map(({ ended }) => ended));
          await inside.close();
        },
        cutOff() {
          for (const { worker } of nodes.values()) worker.kill('SIGKILL');
          inside.cutOff();
        },
      };
    },
  };
}
