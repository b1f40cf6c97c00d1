import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Misuse } from "../../../examples/kit/misuse.js";
import { parseCommandLine } from "../../../examples/start/command-line.js";
import { serviceFor } from "../../../examples/start/connection.js";
import { readPassages } from "../../../examples/start/passages.js";

const KEY = { TOGETHER_API_KEY: "key" };

describe("command line of npm start", () => {
  it.each<[string, string[], Record<string, string>, string]>([
    ["an unknown option", ["--colour"], {}, "Cannot read the command line: Unknown option '--colour'"],
    ["an option without its value", ["--dir"], {}, "Cannot read the command line: Option '--dir <value>'"],
    ["a model unknown to the emulator", ["--rerank-model", "x"], {}, 'Cannot use the rerank model "x"'],
    ["a model of another kind", ["--chat-model", "thenlper/gte-large"], {}, "the emulator does not have it"],
    ["an address without a key", ["--base-url", "http://127.0.0.1:9/v1"], {}, "there is no API key"],
    [
      "a key without any model",
      [],
      KEY,
      "set --embedding-model (or TOGETHER_EMBEDDING_MODEL) and --rerank-model (or TOGETHER_RERANK_MODEL) and --chat-model",
    ],
    [
      "a key without a chat model",
      ["--embedding-model", "a/b"],
      { ...KEY, TOGETHER_RERANK_MODEL: "a/c" },
      "no model is set; set --chat-model (or TOGETHER_CHAT_MODEL).",
    ],
  ])("rejects %s with a sentence", (_, args, environment, sentence) => {
    const setUp = (): unknown => serviceFor(parseCommandLine(args), environment);
    expect(setUp).toThrow(Misuse);
    expect(setUp).toThrow(sentence);
  });

  it("has priority over the environment", () => {
    const environment = {
      ...KEY,
      TOGETHER_EMBEDDING_MODEL: "from/environment",
      TOGETHER_RERANK_MODEL: "from/environment",
      TOGETHER_CHAT_MODEL: "from/environment",
      TOGETHER_BASE_URL: "http://environment/v1",
    };
    const commandLine = parseCommandLine(["--embedding-model", "given/here", "--base-url", "http://here/v1"]);
    const { models, connection, chatConnection } = serviceFor(commandLine, environment);
    expect(models).toEqual({ embedding: "given/here", rerank: "from/environment", chat: "from/environment" });
    expect(connection).toEqual({ apiKey: "key", baseURL: "http://here/v1" });
    expect(chatConnection).toEqual(connection);
  });

  it("accepts the models behind endpoints, with priority over the environment", () => {
    const environment = {
      ...KEY,
      TOGETHER_EMBEDDING_MODEL: "acme/e5",
      TOGETHER_RERANK_MODEL: "acme/rank",
      TOGETHER_CHAT_MODEL: "acme/chat",
      TOGETHER_EMBEDDING_BASE_MODEL: "from/environment",
      TOGETHER_RERANK_BASE_MODEL: "from/environment",
    };
    const { baseModels } = serviceFor(
      parseCommandLine(["--embedding-base-model", "given/here"]),
      environment,
    );
    expect(baseModels).toEqual({ embedding: "given/here", rerank: "from/environment" });
  });

  it("reads the address from TOGETHER_BASE_URL, then from TOGETHER_API_BASE", () => {
    const args = ["--embedding-model", "a", "--rerank-model", "b", "--chat-model", "c"];
    const addressWith = (own: object): string | undefined =>
      serviceFor(parseCommandLine(args), { ...KEY, ...own }).connection.baseURL;
    const base = { TOGETHER_API_BASE: "http://base/v1" };
    expect(addressWith(base)).toBe("http://base/v1");
    expect(addressWith({ ...base, TOGETHER_BASE_URL: "http://url/v1" })).toBe("http://url/v1");
  });

  it("joins a question of several arguments", () => {
    expect(parseCommandLine(["how", "do", "--dir", "docs", "bees", "live?"]).question).toBe(
      "how do bees live?",
    );
  });
});

describe("readPassages()", () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "passages-"));
    for (const name of ["empty", "blank", "texts/odd.md"])
      await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, "blank/nothing.md"), " \n\n");
    await writeFile(join(folder, "texts/b.md"), "# B\nthe same\n# B\nthe same");
    await writeFile(join(folder, "texts/README.md"), `# Long\n${"many words ".repeat(200)}`);
    await writeFile(join(folder, "texts/CHANGELOG.md"), "# Changes\nnobody asks");
    await writeFile(join(folder, "texts/huge.md"), "x".repeat(1_000_001));
    await writeFile(join(folder, "texts/bytes.md"), new Uint8Array([0xff, 0xfe, 0x41, 0x42]));
    await writeFile(join(folder, "texts/notes.txt"), "not Markdown");
  });

  afterAll(() => rm(folder, { recursive: true }));

  it.each([
    ["nowhere", "there is no such folder"],
    ["texts/b.md", "it is not a folder"],
    ["empty", "there is no Markdown in it"],
    ["blank", "its Markdown files hold no text"],
  ])("rejects %s: %s", async (name, problem) => {
    const reading = readPassages(join(folder, name));
    await expect(reading).rejects.toThrow(Misuse);
    await expect(reading).rejects.toThrow(problem);
  });

  it("reads every Markdown file except boilerplate and generated files, in a fixed order", async () => {
    const passages = await readPassages(join(folder, "texts"));
    const names = passages.map(({ metadata }) => metadata.file.split("/").at(-1));
    expect([...new Set(names)]).toEqual(["README.md", "b.md", "bytes.md"]);
    expect(await readPassages(join(folder, "texts"))).toEqual(passages);
  });

  it("keeps one of several equal passages under the same headings", async () => {
    const passages = await readPassages(join(folder, "texts"));
    expect(passages.filter(({ pageContent }) => pageContent.includes("the same"))).toHaveLength(1);
  });

  it("splits a long text into passages that models can read, each with its headings", async () => {
    const long = (await readPassages(join(folder, "texts"))).filter(({ metadata }) =>
      metadata.file.endsWith("README.md"),
    );
    expect(long.length).toBeGreaterThan(2);
    for (const { pageContent } of long) {
      expect(pageContent.length).toBeLessThan(900);
      expect(pageContent).toMatch(/^Long\n\n(?:many|words)/);
    }
  });
});
