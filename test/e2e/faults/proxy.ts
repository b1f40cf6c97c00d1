/** A proxy as a bad connection to a good server. It delays responses, and cuts some connections during a response. */

import { createServer, connect, type AddressInfo, type Socket } from "node:net";
import { Transform } from "node:stream";
import type { Chance } from "../../performance/simulation/jobs/chance.js";

export interface Proxy {
  readonly port: number;
  /** Number of connections that the proxy has cut. */
  readonly cuts: () => number;
  /** Number of client connections that have ended. */
  readonly ended: () => number;
  close(): Promise<void>;
}

/**
 * Opens a proxy to a local port.
 *
 * @param share - Share of the connections that are cut, from 0 to 1.
 */
export async function openProxy(target: number, chance: Chance, share: number): Promise<Proxy> {
  let cuts = 0;
  let ended = 0;
  const sockets = new Set<Socket>();
  const server = createServer((downstream) => {
    downstream.on("close", () => (ended += 1));
    const upstream = connect(target, "127.0.0.1");
    const cut = (): void => {
      downstream.resetAndDestroy();
      upstream.destroy();
    };
    for (const socket of [downstream, upstream]) {
      sockets.add(socket);
      socket.on("error", cut).on("close", () => sockets.delete(socket));
    }
    let bytesLeft = chance.holds(share) ? chance.spread(1, 20_000) : Number.POSITIVE_INFINITY;
    const delayed = new Transform({
      transform(bytes: Buffer, _, done) {
        bytesLeft -= bytes.length;
        if (bytesLeft < 0) cuts += 1;
        if (bytesLeft < 0) return cut();
        setTimeout(done, chance.whole(0, 20), null, bytes);
      },
    });
    downstream.pipe(upstream);
    upstream.pipe(delayed).pipe(downstream);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port: (server.address() as AddressInfo).port, cuts: () => cuts, ended: () => ended, close };
}
