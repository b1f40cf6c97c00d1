import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEmulator, type EmulatorServer } from "../../../src/emulator/index.js";
import { runCommand, type Outcome } from "../../support/program.js";

const MODEL = "BAAI/bge-large-en-v1.5";
const emulator = createEmulator({ apiKey: "right" });
let server: EmulatorServer;

beforeAll(async () => {
  server = await emulator.listen();
});

afterAll(() => server.close());

function probe(args: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  return runCommand(["probe", ...args], { env: { ...process.env, ...variables } });
}

describe("together-retrieval probe", () => {
  it("prints the number of requests, a table, and the recommended options", async () => {
    const ended = await probe(["--model", MODEL, "--base-url", server.url], { TOGETHER_API_KEY: "right" });
    expect(ended).toMatchObject({
      exitCode: 0,
      stderr: "Sends at most 14 requests, plus retries.\n",
    });
    expect(ended.stdout).toMatch(
      /what +expected +observed[^]*dimensions +.+ 1024\n[^]*new TogetherEmbeddings\(\{/,
    );
  });

  it("prints only JSON to stdout with --json", async () => {
    const { stdout } = await probe(["--rerank-model", "Salesforce/Llama-Rank-V1", "--json"], {
      TOGETHER_API_KEY: "right",
      TOGETHER_BASE_URL: server.url,
    });
    expect(JSON.parse(stdout)).toMatchObject({
      baseURL: server.url,
      rerankModel: "Salesforce/Llama-Rank-V1",
    });
  });

  it.each([
    [[], "Cannot probe the endpoint: no model is set; use --model or --rerank-model"],
    [
      ["--model", MODEL, "--jsno"],
      "Cannot probe the endpoint: unknown option '--jsno'; see together-retrieval probe --help",
    ],
    [
      ["--model", MODEL, "--max-input-tokens", "0"],
      'Cannot probe the endpoint: --max-input-tokens is "0"; use an integer of 1 or more',
    ],
  ])("exits with 2 and one sentence for the invalid arguments %j", async (args, sentence) => {
    expect(await probe(args)).toEqual({ exitCode: 2, stdout: "", stderr: `${sentence}\n` });
  });

  it.each([
    ["without a key", ["--model", MODEL], {}, /there is no API key; set the environment variable/],
    ["with a wrong key", ["--model", MODEL], { TOGETHER_API_KEY: "wrong" }, /the API key is unknown/],
    ["for a model that is not served", ["--model", "me/none"], { TOGETHER_API_KEY: "right" }, /"me\/none"/],
  ])("exits with 1 and one sentence %s", async (_, args, variables, sentence) => {
    const { exitCode, stderr, stdout } = await probe([...args, "--base-url", server.url], variables);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr.trim().split("\n").at(-1)).toMatch(/^Cannot [^\n]+: [^\n]+; [^\n]+$/);
    expect(stderr).toMatch(sentence);
  });

  it("prints the report and exits with 1 when a check failed", async () => {
    emulator.setFaults(["ok", "ok", "html"]);
    const { exitCode, stdout, stderr } = await probe(["--model", MODEL, "--base-url", server.url], {
      TOGETHER_API_KEY: "right",
    });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^x {2}encoding_format: "base64" .* failed: the response is a web page$/m);
    expect(stderr).toMatch(
      /^Cannot probe the endpoint completely: these checks failed: encoding_format: "base64"; .+$/m,
    );
  });

  it("exits with 1 and one sentence when the connection is lost after the first requests", async () => {
    emulator.setFaults(["ok", "ok", "reset"]);
    const { exitCode, stdout, stderr } = await probe(["--model", MODEL, "--base-url", server.url], {
      TOGETHER_API_KEY: "right",
    });
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(/^Cannot probe the endpoint: the connection was lost, .+; retry$/m);
  });
});
