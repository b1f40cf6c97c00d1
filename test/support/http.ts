import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** Starts a server on a free port of this machine, for tests that need a real socket. It closes after the test. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  const baseURL = await open(server);
  onTestFinished(() => close(server));
  return baseURL;
}

/** Returns an address without a server: its port was free a moment ago. */
export async function nowhere(): Promise<string> {
  const server = createServer();
  const baseURL = await open(server);
  await close(server);
  return baseURL;
}

async function open(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
