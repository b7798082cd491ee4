/** The network between the clients and the server: a line that can be cut. */

import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface Line {
  url: string;
  /** Breaks every connection, and takes none for some time. @param ms how long */
  cut(ms: number): Promise<void>;
  close(): void;
}

/** @param portOf the server's, which may change */
export async function makeLine(portOf: () => number): Promise<Line> {
  const open = new Set<Socket>();
  let broken = false;
  const line: Server = createServer((client) => {
    if (broken) return void client.destroy();
    const server = connect(portOf(), '127.0.0.1');
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => line.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(line.address() as AddressInfo).port}`,
    async cut(ms) {
      broken = true;
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => setTimeout(resolve, ms));
      broken = false;
    },
    close: () => line.close(),
  };
}
