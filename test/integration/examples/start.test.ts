import { spawnSync } from "node:child_process";
import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEmulator } from "../../../src/emulator/index.js";
import { run, runScript, type Outcome } from "../../support/program.js";

const MAIN = fileURLToPath(new URL("../../../examples/start/main.ts", import.meta.url));
/** The program that runs another program in a terminal. */
const TERMINAL = "script";

const NETS = "# Nets\n\n## Mending\n\nTo mend a net, tie a sheet bend at each torn mesh.\n";
const BEES = "# Bees\n\n## Food\n\nBees live on nectar and pollen, which they carry home.\n";
const MODELS = ["--embedding-model", "thenlper/gte-large", "--rerank-model", "Salesforce/Llama-Rank-V1"];
const CHAT = ["--chat-model", "meta-llama/Llama-3.3-70B-Instruct-Turbo"];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "start-"));
  await mkdir(join(folder, "docs/deep"), { recursive: true });
  await writeFile(join(folder, "docs/nets.md"), NETS);
  await writeFile(join(folder, "docs/deep/bees.md"), BEES);
});

afterAll(() => rm(folder, { recursive: true }));

describe("npm start", { timeout: 60_000 }, () => {
  it("answers a question from the files of a folder, and embeds nothing in a second run", async () => {
    const args = ["--dir", "docs", "What do bees live on?"];
    const first = await start(args);
    expect(first).toMatchObject({ exitCode: 0, stderr: "" });
    expect(first.stdout).toContain("running on the emulator");
    expect(first.stdout).toMatch(/2 passages embedded in .* in 1 request; 0 passages read from the cache/);
    expect(first.stdout).toContain("Vector search finds 2 candidates:");
    expect(first.stdout).toMatch(/1 → 1 {2}0\.\d+ {2}docs\/deep\/bees\.md\n +deep\/bees > Bees > Food/);
    expect(first.stdout).toMatch(/2 → 2 {2}0\.\d+ {2}docs\/nets\.md/);
    expect(first.stdout).toContain("Answer: Bees live on nectar and pollen, which they carry home.");

    const second = await start(args);
    expect(second.stdout).toMatch(/2 passages read from the cache in .*: nothing to embed/);
    expect(answerOf(second.stdout)).toBe(answerOf(first.stdout));
  });

  it("finds 20 candidates among 24 passages, and keeps the best 5", async () => {
    await mkdir(join(folder, "many"));
    for (let hive = 1; hive <= 24; hive++) {
      const text = `# Hive ${hive}\n\n## Harvest\n\nHive ${hive} gives ${hive} jars of honey each year.\n`;
      await writeFile(join(folder, `many/hive-${hive}.md`), text);
    }
    const { exitCode, stdout } = await start(["--dir", "many", "How many jars does hive 7 give?"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("24 passages embedded");
    expect(stdout).toContain("Vector search finds 20 candidates:");
    expect(stdout.match(/^ +\d+\. {2}\S/gm)).toHaveLength(20);
    expect(stdout).toContain("Reranking leaves the best 5 ");
    const kept = [...stdout.matchAll(/^ +(\d+) → (\d+) {2}0\.\d{3} {2}many\/hive-/gm)];
    expect(kept.map(([, , place]) => Number(place))).toEqual([1, 2, 3, 4, 5]);
    for (const [, before] of kept) expect(Number(before)).toBeGreaterThanOrEqual(1);
  });

  it("sends requests with a key to --base-url, and chat requests to --chat-base-url", async () => {
    const [emulator, chat] = [createEmulator(), createEmulator()];
    const [server, chatServer] = [await emulator.listen(), await chat.listen()];
    const { exitCode, stdout, stderr } = await start(
      ["--dir", "docs", ...MODELS, "--base-url", server.url, "--chat-base-url", chatServer.url, "bees?"],
      { TOGETHER_API_KEY: "key", TOGETHER_CHAT_MODEL: CHAT[1] as string },
    );
    await Promise.all([server.close(), chatServer.close()]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain(`Running on Together at ${server.url}.`);
    expect(emulator.requests.map(({ path }) => path)).toEqual([
      "/v1/embeddings",
      "/v1/embeddings",
      "/v1/rerank",
    ]);
    expect(chat.requests.map(({ path }) => path)).toEqual(["/v1/chat/completions"]);
  });

  it("prints the server's error without the key", async () => {
    const server = await createEmulator({ apiKey: "another" }).listen();
    const { exitCode, stdout, stderr } = await start(
      ["--dir", "docs", ...MODELS, ...CHAT, "--base-url", server.url],
      { TOGETHER_API_KEY: "secret-key" },
    );
    await server.close();
    expect(stderr).toMatch(/^Cannot embed 2 texts .* 401.*check `apiKey` or TOGETHER_API_KEY.*\n$/);
    expect(stdout + stderr).not.toContain("secret-key");
    expect(exitCode).toBe(1);
  });

  it("exits with 2 and a sentence for wrong arguments", async () => {
    const outcome = await start(["--dir", "nowhere"]);
    expect(outcome.stderr).toMatch(/^Cannot search nowhere: there is no such folder; .*--dir\n$/);
    expect(outcome.exitCode).toBe(2);
  });

  it.skipIf(!canFakeTerminal())("asks for a question at a terminal", async () => {
    const args = ["-qefc", `${commandLine()} --dir docs`, "/dev/null"];
    const env = { PATH: process.env["PATH"] };
    const outcome = await run(TERMINAL, args, { cwd: folder, env, input: "bees?\n" });
    expect(outcome.exitCode).toBe(0);
    expect(outcome.stdout).toContain("Your question");
    expect(outcome.stdout).toContain("Question: bees?");
  });

  it("prints every option with --help", async () => {
    const { exitCode, stdout } = await start(["--help"]);
    expect(exitCode).toBe(0);
    for (const option of ["--dir", "--embedding-model", "--rerank-model", "--chat-model", "--base-url"]) {
      expect(stdout).toContain(option);
    }
  });
});

/** Runs the example in the folder, without the environment of these tests. */
function start(args: readonly string[], variables: Record<string, string> = {}): Promise<Outcome> {
  return runScript(MAIN, args, { cwd: folder, env: { PATH: process.env["PATH"], ...variables } });
}

/** Returns the command of the example for a shell. */
function commandLine(): string {
  return [process.execPath, "--import", import.meta.resolve("tsx"), MAIN]
    .map((word) => `'${word}'`)
    .join(" ");
}

/** Determines whether `script` is the program of util-linux. BSD and macOS have another one. */
function canFakeTerminal(): boolean {
  return spawnSync(TERMINAL, ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux") ?? false;
}

function answerOf(stdout: string): string | undefined {
  return stdout.split("Answer: ")[1];
}
