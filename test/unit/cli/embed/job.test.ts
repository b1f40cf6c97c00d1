import { existsSync } from "node:fs";
import { mkdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { InterruptError, UsageError } from "../../../../src/cli/command.js";
import { readArguments } from "../../../../src/cli/embed/arguments.js";
import { JobFile } from "../../../../src/cli/embed/job-file.js";
import { runJob } from "../../../../src/cli/embed/job.js";
import { MODEL, OTHER_MODEL, useJobs, vectorOf } from "./support.js";

const jobs = useJobs();
const { emulator, path, run, lines } = jobs;

beforeEach(async () => {
  emulator.setFaults(undefined);
  emulator.clear();
  await Promise.all(
    ["in.jsonl", "out.jsonl", "out.jsonl.job", "out.jsonl.gz", "out.jsonl.gz.job", "bad.jsonl"].map((name) =>
      rm(path(name), { force: true }),
    ),
  );
});

/** Writes the input, and runs a job. */
async function embed(input: string | Buffer, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
  await writeFile(path("in.jsonl"), input);
  return run(path("in.jsonl"), "--out", path("out.jsonl"), ...args);
}

/** Returns the output line for an input line. */
function embedded(line: string, text: string): string {
  const numbers = vectorOf(text).map((number) => String(Number(number.toPrecision(9))));
  return `${line.trimEnd().slice(0, -1)},"embedding":[${numbers.join(",")}]}`;
}

/** Saves a job file as a killed process leaves it. */
async function saveJob(name: string, model = MODEL): Promise<void> {
  const file = await JobFile.claim(path(name));
  await file.save({ model, baseURL: jobs.url, documentPrefix: "", normalize: false, field: "text" });
}

const TEXTS = ["Rust eats iron.", "Bees live on nectar.", "Plants turn light into sugar."];
const INPUT = TEXTS.map((text, id) => `${JSON.stringify({ id, text })}\n`).join("");
const OUTPUT = TEXTS.map((text, id) => embedded(JSON.stringify({ id, text }), text));

describe("embed job", () => {
  it("adds the vector to each line, in the order of the input, and prints a summary", async () => {
    const { stdout, stderr } = await embed(INPUT);
    expect(await lines("out.jsonl")).toEqual(OUTPUT);
    expect(stdout).toBe("");
    expect(stderr).toMatch(
      /^Embedded 3 texts in .+ s \(.+ texts\/s\), \d+ tokens: .+out\.jsonl has 3 lines\.\n$/,
    );
    expect(existsSync(path("out.jsonl.job"))).toBe(false);
  });

  it("prints the summary as JSON with --json", async () => {
    const { stdout, stderr } = await embed(INPUT, "--json");
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toMatchObject({
      texts: 3,
      resumed: 0,
      skipped: 0,
      requests: 1,
      mostInFlight: 1,
    });
  });

  it("keeps numbers, escapes and spaces of a line unchanged", async () => {
    const odd =
      '{ "id" : 12345678901234567890, "price":1.50,"text":"caf\\u00e9 é \\"x\\"" , "n":{"text":"}"} }  ';
    await embed(`\uFEFF${odd}\r\n\r\n  \n{"text":"b"}`);
    expect(await lines("out.jsonl")).toEqual([embedded(odd, 'café é "x"'), embedded('{"text":"b"}', "b")]);
  });

  it("reads another field, and sends the document prefix", async () => {
    await embed('{"body":"Rust"}\n', "--field", "body", "--document-prefix=passage: ");
    expect(await lines("out.jsonl")).toEqual([embedded('{"body":"Rust"}', "passage: Rust")]);
  });

  it("scales vectors to length 1 with --normalize", async () => {
    await embed(INPUT, "--normalize");
    const [line = ""] = await lines("out.jsonl");
    const { embedding } = JSON.parse(line) as { embedding: number[] };
    expect(Math.hypot(...embedding)).toBeCloseTo(1, 6);
  });

  it("embeds no text and writes an empty file for an empty input", async () => {
    await embed("");
    expect(await lines("out.jsonl")).toEqual([]);
    expect(emulator.totals.requests).toBe(0);
  });

  it("reads and writes compressed files", async () => {
    await writeFile(path("in.jsonl.gz"), gzipSync(INPUT));
    await run(path("in.jsonl.gz"), "--out", path("out.jsonl.gz"));
    expect(await lines("out.jsonl.gz")).toEqual(OUTPUT);
  });
});

describe("embed job with malformed lines", () => {
  const MALFORMED = [
    '{"text":"a"}',
    "{text}",
    "[1]",
    "null",
    '{"id":1}',
    '{"text":5}',
    '{"text":" \\n"}',
    '{"text":"a","embedding":[1]}',
  ].join("\n");

  it("names each malformed line before the first request", async () => {
    await expect(embed(MALFORMED)).rejects.toThrow(
      new UsageError(
        `Cannot embed ${path("in.jsonl")}: 7 lines are malformed: line 2 is not JSON, line 3 is not an object but an array, line 4 is not an object but null, line 5 has no "text", line 6 has a "text" that is a number, line 7 has a blank "text", line 8 has an "embedding" already; correct them, or add --skip-invalid <file>`,
      ),
    );
    expect(emulator.totals.requests).toBe(0);
    expect(existsSync(path("out.jsonl"))).toBe(false);
    expect(existsSync(path("out.jsonl.job"))).toBe(false);
  });

  it("names the first ten malformed lines and counts the others", async () => {
    await expect(embed("x\n".repeat(13))).rejects.toThrow(
      /13 lines are malformed: line 1 is not JSON, .*line 10 is not JSON, and 3 more; correct them/,
    );
    await expect(embed(Buffer.from([123, 255, 125, 10]))).rejects.toThrow(
      /in\.jsonl: line 1 is not UTF-8; correct it, or/,
    );
  });

  it("writes malformed lines unchanged to a file with --skip-invalid", async () => {
    const { stderr } = await embed(MALFORMED, "--skip-invalid", path("bad.jsonl"));
    expect(await lines("out.jsonl")).toEqual([embedded('{"text":"a"}', "a")]);
    expect(await readFile(path("bad.jsonl"), "utf8")).toBe(`${MALFORMED.split("\n").slice(1).join("\n")}\n`);
    expect(stderr).toMatch(/^Skipped 7 malformed lines: .+bad\.jsonl$/m);
  });

  it("fails for a line of more than 10 MB, with its number", async () => {
    await expect(embed(`{"text":"a"}\n{"text":"${"a".repeat(10_000_000)}"}\n`)).rejects.toThrow(
      /line 2 is longer than 10 MB; split or remove this line/,
    );
  });
});

describe("dry run of an embed job", () => {
  it("prints what the job then sends, without a key, a request or a file", async () => {
    vi.stubEnv("TOGETHER_API_KEY", "");
    const dryRun = await embed(INPUT.repeat(100), "--dry-run", "--json", "--batch-size", "7");
    vi.stubEnv("TOGETHER_API_KEY", "any");
    const plan = JSON.parse(dryRun.stdout) as { requests: number };
    expect(plan).toMatchObject({ done: 0, texts: 300, tooLong: 0, malformed: 0 });
    expect(emulator.totals.requests).toBe(0);
    expect(existsSync(path("out.jsonl"))).toBe(false);
    expect(existsSync(path("out.jsonl.job"))).toBe(false);
    await embed(INPUT.repeat(100), "--batch-size", "7");
    expect(emulator.totals.requests).toBe(plan.requests);
  });

  it("counts what an earlier run has embedded, and malformed lines with --skip-invalid", async () => {
    await saveJob("out.jsonl");
    await writeFile(path("out.jsonl"), `${OUTPUT[0]}\n${OUTPUT[1]}\n`);
    await expect(embed(`${INPUT}x\n`, "--dry-run")).rejects.toThrow(/line 4 is not JSON; correct it, or/);
    const { stdout } = await embed(`${INPUT}x\n`, "--dry-run", "--skip-invalid", path("bad.jsonl"));
    expect(stdout).toMatch(/^embedded already {5}2\ntexts to embed {7}1\n/);
    expect(stdout).toMatch(/^malformed lines {6}1$/m);
    expect(existsSync(path("bad.jsonl"))).toBe(false);
  });
});

describe("embed job that runs again", () => {
  it("sends nothing when its output is complete", async () => {
    await embed(INPUT);
    emulator.clear();
    const { stderr } = await embed(INPUT);
    expect(stderr).toMatch(/out\.jsonl is complete: it has 3 lines\.\n$/);
    expect(emulator.totals.requests).toBe(0);
    expect(existsSync(path("out.jsonl.job"))).toBe(false);
  });

  it("resumes after a failure, whose message has the state and the line of the text", async () => {
    emulator.setFaults([
      "ok",
      {
        status: 401,
        body: { error: { message: "wrong", type: null, param: null, code: "invalid_api_key" } },
      },
    ]);
    await expect(embed(INPUT, "--batch-size", "2", "--max-concurrency", "1")).rejects.toThrow(
      /^Cannot embed [^\n]+\n.+out\.jsonl has 2 of 3 lines; run the same command to resume\.$/,
    );
    expect(await lines("out.jsonl")).toEqual(OUTPUT.slice(0, 2));
    emulator.setFaults(undefined);
    emulator.clear();
    const { stderr } = await embed(INPUT);
    expect(await lines("out.jsonl")).toEqual(OUTPUT);
    expect(emulator.totals.texts).toBe(1);
    expect(stderr).toMatch(/Embedded 1 text .+ has 3 lines\.$/m);
  });

  it("stops for an abort with the signal's error, the exit code and the state", async () => {
    await writeFile(path("in.jsonl"), INPUT);
    const controller = new AbortController();
    emulator.setFaults(() => {
      controller.abort(new InterruptError("Stopped by SIGINT.", 130));
      return undefined;
    });
    const given = readArguments(["--model", MODEL, path("in.jsonl"), "--out", path("out.jsonl")]);
    const error = await runJob(given, controller).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InterruptError);
    expect(error).toMatchObject({
      exitCode: 130,
      message: `Stopped by SIGINT.\n${path("out.jsonl")} has 0 of 3 lines; run the same command to resume.`,
    });
  });

  it.each([
    [
      "another text",
      '{"id":0,"text":"Rust eats iron!"}\n',
      /its line 1 does not belong to line 1 of the input/,
    ],
    ["fewer texts", INPUT.split("\n")[0] as string, /the input has only 1 texts/],
  ])("rejects an output of %s", async (_, input, problem) => {
    await embed(INPUT);
    await expect(embed(input)).rejects.toThrow(problem);
    expect(await lines("out.jsonl")).toEqual(OUTPUT);
  });

  it("keeps a file that no embed job has written", async () => {
    for (const foreign of ["notes without a line break", `${OUTPUT[0]}\n`]) {
      await writeFile(path("out.jsonl"), foreign);
      await expect(embed(INPUT)).rejects.toThrow(
        /^Cannot write .+out\.jsonl: the file exists, and there is no .+out\.jsonl\.job of a job to resume; remove/,
      );
      expect(await readFile(path("out.jsonl"), "utf8")).toBe(foreign);
      expect(existsSync(path("out.jsonl.job"))).toBe(false);
    }
    await writeFile(path("out.jsonl.gz"), gzipSync("notes"));
    await expect(run(path("in.jsonl"), "--out", path("out.jsonl.gz"))).rejects.toThrow(
      /^Cannot resume .+: this command did not write it/,
    );
  });

  it("rejects other settings, and names both models", async () => {
    await saveJob("out.jsonl");
    await writeFile(path("out.jsonl"), `${OUTPUT[0]}\n`);
    await expect(embed(INPUT, "--model", OTHER_MODEL)).rejects.toThrow(
      `Cannot resume ${path("out.jsonl")}: its first lines were embedded with --model "${MODEL}", not "${OTHER_MODEL}"; use the same options, or name another file with --out`,
    );
    await expect(embed(INPUT, "--document-prefix=secret")).rejects.toThrow(
      /with another --document-prefix; use the same options/,
    );
    await expect(embed(INPUT, "--dimensions", "4")).rejects.toThrow(/vectors have 3 dimensions, not 4/);
    await embed(INPUT);
    expect(await lines("out.jsonl")).toEqual(OUTPUT);
  });

  it("removes a truncated line after the last text", async () => {
    await saveJob("out.jsonl");
    await writeFile(path("out.jsonl"), `${OUTPUT.join("\n")}\n{"id":3,"te`);
    await embed(INPUT);
    expect(await readFile(path("out.jsonl"), "utf8")).toBe(`${OUTPUT.join("\n")}\n`);
  });

  it("accepts other settings as long as there is no line", async () => {
    await saveJob("out.jsonl", OTHER_MODEL);
    await embed(INPUT);
    expect(await lines("out.jsonl")).toEqual(OUTPUT);
  });

  it("rejects vectors of another length than those of the output", async () => {
    await saveJob("out.jsonl");
    await writeFile(path("out.jsonl"), '{"id":0,"text":"Rust eats iron.","embedding":[1,2]}\n');
    await expect(embed(INPUT)).rejects.toThrow(/dimensions/);
    expect(await lines("out.jsonl")).toHaveLength(1);
  });

  it("rejects an output to which another process writes", async () => {
    await saveJob("out.jsonl");
    const job = await readFile(path("out.jsonl.job"), "utf8");
    await writeFile(
      path("out.jsonl.job"),
      job.replace(`"process": ${process.pid}`, `"process": ${process.ppid}`),
    );
    await expect(embed(INPUT)).rejects.toThrow(
      `Cannot write ${path("out.jsonl")}: process ${process.ppid} writes to it; wait until that process has ended, or stop it`,
    );
  });
});

/** A line of a JSONL file, and its text if it has one. */
const goodLine = fc
  .record({ text: fc.string({ unit: "binary", minLength: 1, maxLength: 20 }), id: fc.jsonValue() })
  .map(({ text, id }) => ({ text: `t${text}`, line: JSON.stringify({ id, text: `t${text}`, "": "}" }) }));
const badLine = fc
  .constantFrom("{", "nothing", "[]", '{"text":""}', '{"id":1}', '{"text":"a","embedding":0}', '"\u{1F600}"')
  .map((line) => ({ text: undefined, line }));
const emptyLine = fc.constantFrom("", " ", "\t").map((line) => ({ text: undefined, line }));
const file = fc.record({
  parts: fc.array(fc.oneof({ weight: 6, arbitrary: goodLine }, badLine, emptyLine), { maxLength: 30 }),
  lineBreak: fc.constantFrom("\n", "\r\n"),
  mark: fc.constantFrom("", "\uFEFF"),
  hasEnd: fc.boolean(),
});

describe("embed job for any lines", () => {
  it("embeds each text once, in order, with its line unchanged, and reports malformed lines", async () => {
    await fc.assert(
      fc.asyncProperty(file, async ({ parts, lineBreak, mark, hasEnd }) => {
        await rm(path("out.jsonl"), { force: true });
        const text = mark + parts.map(({ line }) => line).join(lineBreak) + (hasEnd ? lineBreak : "");
        await embed(text, "--skip-invalid", path("bad.jsonl"), "--batch-size", "3");
        const good = parts.flatMap((part) =>
          part.text === undefined ? [] : [embedded(part.line, part.text)],
        );
        expect(await lines("out.jsonl")).toEqual(good);
        const bad = parts.filter((part) => part.text === undefined && part.line.trim() !== "");
        expect((await lines("bad.jsonl")).map((line) => line.replace("\uFEFF", "").trimEnd())).toEqual(
          bad.map(({ line }) => line),
        );
      }),
      { numRuns: 40 },
    );
  });

  it.each(["out.jsonl", "out.jsonl.gz"])(
    "resumes to the same %s after truncation at any byte",
    async (name) => {
      const many = Array.from({ length: 40 }, (_, id) => ({ id, text: `${TEXTS[id % 3]} ${id}` }));
      await mkdir(path("law"), { recursive: true });
      await writeFile(path("in.jsonl"), many.map((one) => `${JSON.stringify(one)}\n`).join(""));
      const again = (): Promise<unknown> =>
        run(path("in.jsonl"), "--out", path(name), "--batch-size", "3", "--max-concurrency", "2");
      await again();
      const whole = await readFile(path(name));
      const complete = await lines(name);
      await fc.assert(
        fc.asyncProperty(fc.nat(whole.length), async (bytes) => {
          await writeFile(path(name), whole);
          await truncate(path(name), bytes);
          await saveJob(name);
          emulator.clear();
          await again();
          expect(await lines(name)).toEqual(complete);
          // Complete lines are not sent again. In a compressed file, the ends of lines are not visible here.
          const kept = name.endsWith(".gz") ? 0 : whole.subarray(0, bytes).toString().split("\n").length - 1;
          expect(emulator.totals.texts).toBeLessThanOrEqual(many.length - kept);
        }),
        { numRuns: 20 },
      );
    },
  );
});
