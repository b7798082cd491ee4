/** What a primary and its nodes ask of each other, over the channel that Node gives them. */
import type { SharedCounts } from '../../db/index.ts';

/** A node asks its primary. */
export interface PrimaryCalls extends SharedCounts {
  /** Where requests go that a node does not answer itself. */
  enter(): Entrance;
  /** Ends when it is this node's turn to write. */
  turn(): Promise<void>;
  turnOver(): void;
  forget(staffId: string): void;
  listening(ports: Ports): void;
}

/** A metric as prom-client tells it. */
export interface Counted {
  type: string;
}

/** A primary asks its node. */
export interface NodeCalls {
  forget(staffId: string): void;
  metrics(): Promise<Counted[]>;
  /** Looks for another certificate. */
  reload(): void;
  /** Takes no more requests, and ends when the last is answered. */
  stop(): void;
}

export interface Entrance {
  port: number;
  /** By which the primary knows its nodes. */
  token: string;
}
export interface Ports {
  port: number;
  httpPort: number | null;
}

/** Other processes that remember sessions. */
export interface Others {
  /** Something was done to a person's sessions here. */
  tell(staffId: string): void;
  /** @param heard that it was done elsewhere */
  listen(heard: (staffId: string) => void): void;
}
