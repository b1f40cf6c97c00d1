import { mkdir, readFile, symlink } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { createProxy } from "proxy";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEmulator, type EmulatorServer } from "../../../src/emulator/index.js";
import { pack, Project, ROOT } from "../packaging/project.js";
import { COMPILERS, NEWEST } from "../packaging/typescript.js";

const LINKED = ["undici", "node-fetch", "node-fetch2", "@types/node-fetch2"];
const modules = (name: string): string => join(import.meta.dirname, "node_modules", name);

const EXACT = "--exactOptionalPropertyTypes";

let project: Project;
let emulator: EmulatorServer;
let proxy: Server;
let proxied = 0;

beforeAll(async () => {
  project = await Project.create();
  await project.install(await pack(project.folder));
  for (const name of [...LINKED, "@types/node"]) {
    const to = join(project.folder, "node_modules", name);
    await mkdir(dirname(to), { recursive: true });
    await symlink(name === "@types/node" ? join(ROOT, "node_modules", name) : modules(name), to);
  }
  emulator = await createEmulator().listen();
  proxy = createProxy(createServer());
  proxy.on("connect", () => (proxied += 1));
  proxy.on("request", () => (proxied += 1));
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
});

afterAll(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await emulator.close();
  await project.remove();
});

const variables = (): Record<string, string> => ({
  TOGETHER_API_KEY: "any",
  TOGETHER_BASE_URL: emulator.url,
  HTTP_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
});

/** Returns the first block below a heading of docs/guides/custom-fetch-and-proxies.md. */
async function block(heading: string): Promise<string> {
  const page = await readFile(join(ROOT, "docs/guides/custom-fetch-and-proxies.md"), "utf8");
  const [, chapter = ""] = page.split(`## ${heading}\n`);
  return /^```js\n(.*?)^```$/ms.exec(chapter)?.[1] ?? "throw new Error('there is no block')";
}

describe("docs/guides/custom-fetch-and-proxies.md", () => {
  it.each(["undici", "node-fetch 3", "node-fetch 2"])("embeds texts with %s", async (heading) => {
    await project.write("block.mjs", await block(heading));
    const { stdout, stderr } = await project.run("node", ["block.mjs"], variables());
    expect({ stdout, stderr }).toEqual({ stdout: "2\n", stderr: "" });
  });

  it("sends requests through a proxy with undici's ProxyAgent", async () => {
    const before = proxied;
    await project.write("block.mjs", await block("Proxies"));
    const { stdout, stderr } = await project.run("node", ["block.mjs"], variables());
    expect({ stdout, stderr }).toEqual({ stdout: "2\n", stderr: "" });
    expect(proxied - before).toBeGreaterThan(0);
  });

  it("sends requests through a proxy with NODE_USE_ENV_PROXY in Node 24", async () => {
    const before = proxied;
    await project.write("plain.mjs", PLAIN);
    const environment = { ...variables(), NODE_USE_ENV_PROXY: "1", NO_PROXY: "" };
    const { stdout } = await project.run(modules("node24/bin/node"), ["plain.mjs"], environment);
    expect(stdout).toBe("2\n");
    expect(proxied - before).toBeGreaterThan(0);
  });
});

describe("custom fetch", () => {
  it.each(["undici", "node-fetch", "node-fetch2"])(
    "reports with %s a lost connection, a rejected key and a redirect as the global fetch does",
    async (name) => {
      await project.write("failures.mjs", failures(name));
      const { stdout } = await project.run("node", ["failures.mjs"], variables());
      expect(JSON.parse(stdout)).toEqual({
        lost: ["connection_failed", true],
        key: ["unauthorized", false],
        redirect: ["redirected", false],
        requests: 2,
      });
    },
  );

  it.each([
    ["undici, node-fetch and the global fetch fit", "es2023", [], ""],
    // The types of node-fetch 2 do not compile with this setting.
    [
      "all but node-fetch 2 fit in a strict project with DOM",
      "es2023,dom,dom.iterable",
      [EXACT],
      "node-fetch2",
    ],
  ])("has a type that %s", async (_, lib, strict, without) => {
    const lines = TYPES.split("\n").filter((line) => without === "" || !/nodeFetch2/.test(line));
    await project.write("types.mts", lines.join("\n"));
    const options = ["--noEmit", "--strict", ...strict, "--module", "nodenext", "--target", "es2022"];
    const rest = ["--lib", lib, "--types", "node", "--skipLibCheck", "types.mts"];
    await project.run("node", [COMPILERS[NEWEST], ...options, ...rest]);
  });
});

const PLAIN = `
import { Embedder } from "together-retrieval";

const { vectors } = await new Embedder({ model: "thenlper/gte-large" }).embed(["one", "two"]);
console.log(vectors.length);
`;

const failures = (name: string): string => `
import { Embedder } from "together-retrieval";
import { createEmulator } from "together-retrieval/emulator";
import * as library from "${name}";

const fetch = "${name}" === "undici" ? library.fetch : library.default;
const codeOf = async (apiKey) => {
  const options = { model: "thenlper/gte-large", apiKey, baseURL: server.url, fetch, maxRetries: 1, retryDeadline: 300 };
  const error = await new Embedder(options).embed(["a text"]).catch((thrown) => thrown);
  return [error.code, error.attempts > 1];
};
const emulator = createEmulator({ apiKey: "right", faults: ["redirect"] });
const server = await emulator.listen();
const redirect = await codeOf("right");
const key = await codeOf("wrong");
const requests = emulator.requests.length;
await server.close();
const lost = await codeOf("right");
console.log(JSON.stringify({ lost, key, redirect, requests }));
process.exit(0);
`;

const TYPES = `
import { Embedder, type Fetch } from "together-retrieval";
import { createEmulator } from "together-retrieval/emulator";
import nodeFetch from "node-fetch";
import nodeFetch2 from "node-fetch2";
import { Agent, fetch as undiciFetch } from "undici";

const dispatcher = new Agent();
const wrapped: Fetch = (input, init) => undiciFetch(input, { ...init, dispatcher });
const logged: Fetch = async (input, init) => {
  const response = await fetch(input, { ...init, credentials: "include" });
  console.log(String(input), init?.method, response.status);
  return response;
};
for (const one of [fetch, createEmulator().fetch, wrapped, logged]) new Embedder({ model: "m", fetch: one });
new Embedder({ model: "m", fetch: undiciFetch });
new Embedder({ model: "m", fetch: nodeFetch });
new Embedder({ model: "m", fetch: nodeFetch2 });
new Embedder({ model: "m", fetch: (input, init) => undiciFetch(input, { ...init, dispatcher }) });
new Embedder({ model: "m", fetch: async (input, init) => new Response(JSON.stringify([String(input), init?.body])) });
`;
