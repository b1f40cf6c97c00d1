import { execFile } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEmulator, type EmulatorServer } from "../../src/emulator/index.js";

const MODEL = "BAAI/bge-large-en-v1.5";
const emulator = createEmulator({ apiKey: "right" });
let server: EmulatorServer;

beforeAll(async () => {
  server = await emulator.listen();
});

afterAll(() => server.close());

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

function run(args: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const env = { ...process.env, ...variables };
  return new Promise((resolve) => {
    const command = ["--import", "tsx", "src/cli.ts", "probe", ...args];
    execFile(process.execPath, command, { env, timeout: 15_000 }, (failure, out, error) =>
      resolve({ code: failure ? Number(failure.code) : 0, out, error }),
    );
  });
}

describe("together-retrieval probe", () => {
  it("says how many requests it sends, and prints a table and code to paste", async () => {
    const ended = await run(["--model", MODEL, "--base-url", server.url], { TOGETHER_API_KEY: "right" });
    expect(ended).toMatchObject({
      code: 0,
      error: "Sends at most 14 requests, more only where one has to be repeated.\n",
    });
    expect(ended.out).toMatch(
      /what +expected +observed[^]*dimensions +.+ 1024\n[^]*new TogetherEmbeddings\(\{/,
    );
  });

  it("prints JSON alone to its output with --json", async () => {
    const { out } = await run(["--rerank-model", "Salesforce/Llama-Rank-V1", "--json"], {
      TOGETHER_API_KEY: "right",
      TOGETHER_BASE_URL: server.url,
    });
    expect(JSON.parse(out)).toMatchObject({ baseURL: server.url, rerankModel: "Salesforce/Llama-Rank-V1" });
  });

  it.each([
    [[], "Cannot probe the endpoint: no model was given; name one with --model or --rerank-model"],
    [
      ["--model", MODEL, "--jsno"],
      "Cannot probe the endpoint: unknown option '--jsno'; see together-retrieval probe --help",
    ],
    [
      ["--model", MODEL, "--max-input-tokens", "0"],
      'Cannot probe the endpoint: --max-input-tokens is "0"; give a whole number of 1 or more',
    ],
  ])("explains the misuse %j and exits with 2", async (args, sentence) => {
    expect(await run(args)).toEqual({ code: 2, out: "", error: `${sentence}\n` });
  });

  it.each([
    ["without a key", ["--model", MODEL], {}, /there is no API key; set the environment variable/],
    ["with a wrong key", ["--model", MODEL], { TOGETHER_API_KEY: "wrong" }, /it does not know this API key/],
    ["for a model that is not served", ["--model", "me/none"], { TOGETHER_API_KEY: "right" }, /"me\/none"/],
  ])("exits with 1 and one sentence %s", async (_, args, variables, sentence) => {
    const { code, error, out } = await run([...args, "--base-url", server.url], variables);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(error.trim().split("\n").at(-1)).toMatch(/^Cannot [^\n]+: [^\n]+; [^\n]+$/);
    expect(error).toMatch(sentence);
  });

  it("exits with 1 and one sentence when the connection is lost on the way", async () => {
    emulator.setFaults(["ok", "ok", "reset"]);
    const { code, out, error } = await run(["--model", MODEL, "--base-url", server.url], {
      TOGETHER_API_KEY: "right",
    });
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(error).toMatch(/^Cannot probe the endpoint: the connection was lost, .+; try again$/m);
  });
});
