/** A bad line to a good server: it delays what passes, and cuts some connections in the middle of it. */

import { createServer, connect, type AddressInfo, type Socket } from "node:net";
import { Transform } from "node:stream";
import type { Chance } from "../../performance/simulation/jobs/chance.js";

export interface Proxy {
  readonly port: number;
  /** Connections that it has cut. */
  readonly cuts: () => number;
  /** Connections of clients that have ended. */
  readonly ended: () => number;
  close(): Promise<void>;
}

/** @param share - Of the connections that are cut. */
export async function openProxy(target: number, chance: Chance, share: number): Promise<Proxy> {
  let cuts = 0;
  let ended = 0;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    near.on("close", () => (ended += 1));
    const far = connect(target, "127.0.0.1");
    const cut = (): void => {
      near.resetAndDestroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", cut).on("close", () => sockets.delete(socket));
    }
    let left = chance.holds(share) ? chance.spread(1, 20_000) : Number.POSITIVE_INFINITY;
    const slow = new Transform({
      transform(bytes: Buffer, _, done) {
        left -= bytes.length;
        if (left < 0) cuts += 1;
        if (left < 0) return cut();
        setTimeout(done, chance.whole(0, 20), null, bytes);
      },
    });
    near.pipe(far);
    far.pipe(slow).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port: (server.address() as AddressInfo).port, cuts: () => cuts, ended: () => ended, close };
}
