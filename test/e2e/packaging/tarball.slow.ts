import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import packageJson from "../../../package.json" with { type: "json" };
import { pinned, projectWith, tarball } from "./packed.js";
import { ROOT, type Project } from "./project.js";
import { documentedStdout, readmeBlock, runBlock } from "./readme.js";
import { COMPILERS, NEWEST } from "./typescript.js";

const STRICT = [
  "--strict",
  "--noEmit",
  "--module",
  "nodenext",
  "--target",
  "es2022",
  "--types",
  "node",
  "--skipLibCheck",
];

let langchain: Project;
let plain: Project;

beforeAll(async () => {
  langchain = await projectWith(...["@types/node", "@langchain/core", "@langchain/classic"].map(pinned));
  plain = await projectWith();
});

describe("packed tarball in a LangChain project", () => {
  let emulator: ChildProcess;
  let variables: { TOGETHER_API_KEY: string; TOGETHER_BASE_URL: string };

  beforeAll(async () => {
    const command = join(langchain.folder, "node_modules/.bin/together-retrieval");
    emulator = spawn(command, ["emulator", "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
    const [url] = (await once(createInterface(emulator.stdout!), "line")) as [string];
    variables = { TOGETHER_API_KEY: "any", TOGETHER_BASE_URL: url };
  });

  afterAll(async () => {
    emulator.kill("SIGINT");
    await once(emulator, "exit");
  });

  it("serves the Together API by its command", async () => {
    const response = await fetch(`${variables.TOGETHER_BASE_URL}/models`, {
      headers: { authorization: "Bearer any" },
    });
    expect(JSON.stringify(await response.json())).toContain("BAAI/bge-large-en-v1.5");
  });

  it("runs README's first block unchanged", async () => {
    const block = readmeBlock("/langchain");
    expect(await runBlock(langchain, block)).toEqual({ stdout: documentedStdout(block), stderr: "" });
  });

  it("has types that reject a wrong option", async () => {
    await langchain.write(
      "wrong.ts",
      'import { TogetherReranker } from "together-retrieval/langchain";\nnew TogetherReranker({ model: "m", topN: "5" });\n',
    );
    const compiling = langchain.run("node", [COMPILERS[NEWEST], ...STRICT, "wrong.ts"]);
    await expect(compiling).rejects.toThrow("Type 'string' is not assignable to type 'number'");
  });

  it("gives require() the classes of the same LangChain", async () => {
    await langchain.write(
      "common.cjs",
      `const { Embeddings } = require("@langchain/core/embeddings");
       const { TogetherEmbeddings } = require("together-retrieval/langchain");
       const { createEmulator } = require("together-retrieval/emulator");
       const { Embedder } = require("together-retrieval");
       const embeddings = new TogetherEmbeddings({ model: "thenlper/gte-large", fetch: createEmulator().fetch });
       embeddings.embedQuery("a text").then((vector) => {
         console.log(embeddings instanceof Embeddings, vector.length, typeof Embedder);
       });`,
    );
    const { stdout, stderr } = await langchain.run("node", ["common.cjs"], variables);
    expect({ stdout, stderr }).toEqual({ stdout: "true 1024 function\n", stderr: "" });
  });
});

describe("packed tarball", () => {
  it("works without any framework", async () => {
    await plain.write(
      "plain.js",
      `import { Embedder } from "together-retrieval";
       import { createEmulator } from "together-retrieval/emulator";
       const embedder = new Embedder({ model: "thenlper/gte-large", apiKey: "any", fetch: createEmulator().fetch });
       console.log((await embedder.embed(["a text"])).vectors.length);`,
    );
    expect(await plain.run("node", ["plain.js"])).toEqual({ stdout: "1\n", stderr: "" });
  });

  it("has Together's SDK as its only dependency", async () => {
    const { stdout } = await plain.run("npm", ["ls", "--all", "--parseable"]);
    const names = stdout
      .trim()
      .split("\n")
      .slice(1)
      .map((path) => path.split("node_modules/").at(-1));
    expect(new Set(names)).toEqual(new Set(["together-ai", "together-retrieval"]));
  });

  it.each([
    ["ES modules", "maps.mjs", 'import { Embedder } from "together-retrieval";'],
    ["CommonJS", "maps.cjs", 'const { Embedder } = require("together-retrieval");'],
  ])("has for %s source maps that lead to the source in the package", async (_, name, loading) => {
    await plain.write(name, `${loading}\ntry { new Embedder({}) } catch ({ stack }) { console.log(stack) }`);
    const { stdout } = await plain.run("node", ["--enable-source-maps", name]);
    const [, file = "", line] = /\((.+\/src\/core\/options\/connection\.ts):(\d+):/.exec(stdout) ?? [];
    const shipped = readFileSync(file, "utf8").split("\n");
    expect(shipped[Number(line) - 1]).toContain("throw error(");
  });

  it("contains no field of package.json in its code but the version and the engines", () => {
    const folder = join(plain.folder, "node_modules/together-retrieval/dist");
    const names = readdirSync(folder).filter((name) => /\.c?js$/.test(name));
    const code = names.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
    expect(code).toContain(`"${packageJson.version}"`);
    expect(code).not.toContain("devDependencies");
  });

  it("contains no test, no example and no local path", async () => {
    const { stdout } = await plain.run("tar", ["-tzf", tarball]);
    const files = stdout.trim().split("\n");
    expect(files.filter((file) => /\/(?:test|examples|\.ci)\//.test(file))).toEqual([]);
    expect(files).toEqual(
      expect.arrayContaining([
        "package/README.md",
        "package/LICENSE",
        "package/CHANGELOG.md",
        // The message of every error names this page.
        "package/docs/reference/errors.md",
      ]),
    );
    const declared = files.filter((file) => /\.(?:js|cjs|map)$/.test(file));
    const texts = declared.map((file) =>
      readFileSync(join(plain.folder, "node_modules/together-retrieval", file.slice(8)), "utf8"),
    );
    expect(texts.filter((text) => text.includes(ROOT))).toEqual([]);
  });
});

describe("package.json of the packed tarball", () => {
  const bin = join(ROOT, "test/e2e/packaging/node_modules/.bin");

  it("passes publint", async () => {
    const { stdout } = await plain.run(join(bin, "publint"), ["run", "--strict", tarball]);
    expect(stdout).toContain("All good!");
  });

  it("has types for every way to import it", async () => {
    const { stdout } = await plain.run(join(bin, "attw"), [tarball]);
    expect(stdout).toContain("No problems found");
  });
});
