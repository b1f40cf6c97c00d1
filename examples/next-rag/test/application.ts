/** Builds the application, and starts it on a free port. */

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** Where Debian installs Chromium. */
export const CHROMIUM = "/usr/bin/chromium";

const cwd = fileURLToPath(new URL("..", import.meta.url));
const next = fileURLToPath(new URL("../node_modules/next/dist/bin/next", import.meta.url));

/** The only variables that the application inherits: no key and no address of the developer. */
const { PATH, HOME } = process.env;
const clean = { PATH, HOME, NEXT_TELEMETRY_DISABLED: "1" };

/** @throws if the application does not compile. */
export async function buildApplication(): Promise<void> {
  const env: NodeJS.ProcessEnv = { ...clean, NODE_ENV: "production" };
  await promisify(execFile)(process.execPath, [next, "build"], { cwd, env });
}

export interface Application {
  readonly url: string;
  stop(): Promise<void>;
}

/** @param variables - Additional environment variables. Without them, the application uses the emulator. */
export async function startApplication(
  variables: Readonly<Record<string, string>> = {},
): Promise<Application> {
  const started = spawn(process.execPath, [next, "start", "--hostname", "127.0.0.1", "--port", "0"], {
    cwd,
    env: { ...clean, NODE_ENV: "production", ...variables },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const stop = async (): Promise<void> => {
    if (started.exitCode === null && started.kill()) await once(started, "exit");
  };
  for await (const line of createInterface(started.stdout)) {
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
    if (url) return { url, stop };
  }
  throw new Error(`Cannot start the application: it exited with code ${started.exitCode}; run "npm start"`);
}
