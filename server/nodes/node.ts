/** What one of several processes knows of its primary. */
import { createBirpc } from 'birpc';
import type { SharedCounts } from '../../db/index.ts';
import type { TakeTurn } from './turns.ts';
import type { Entrance, NodeCalls, Others, Ports, PrimaryCalls } from './wire.ts';

/** What the primary may ask, once the node can do it. */
type Doings = Pick<NodeCalls, 'metrics' | 'reload' | 'stop'>;

/** In a process that {@link makePrimary} started. */
export function joinPrimary() {
  let hear: (staffId: string) => void = () => {};
  let doings: Doings = { metrics: async () => [], reload() {}, stop: () => process.exit(0) };
  const calls: NodeCalls = {
    forget: (staffId) => hear(staffId),
    metrics: () => doings.metrics(),
    reload: () => doings.reload(),
    stop: () => doings.stop(),
  };
  const rpc = createBirpc<PrimaryCalls, NodeCalls>(calls, {
    post: (message) => void (process.connected && process.send?.(message, undefined, undefined, () => {})),
    on: (handle) => void process.on('message', handle),
    eventNames: ['turnOver', 'forget', 'listening'],
    // Without its primary a node ends. A turn that was given up and then comes would be nobody's.
    timeout: -1,
  });
  // A terminal, or a service manager, tells all of a group; who asks, and when, is for the primary to say.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  const turn: TakeTurn = async () => {
    await rpc.turn();
    return () => void rpc.turnOver();
  };
  return {
    counts: {
      take: (limit, key, points) => rpc.take(limit, key, points),
      note: (key, seconds) => rpc.note(key, seconds),
      holds: (key) => rpc.holds(key),
    } satisfies SharedCounts,
    turn,
    others: {
      tell: (staffId) => void rpc.forget(staffId),
      listen(heard) {
        hear = heard;
      },
    } satisfies Others,
    enter: (): Promise<Entrance> => rpc.enter(),
    /** From now on it does what it is asked to. */
    ready(ports: Ports, can: Doings): void {
      doings = can;
      void rpc.listening(ports);
    },
  };
}
