import { describe, expect, it } from "vitest";
import { UsageError } from "../../../../src/cli/command.js";
import { readArguments } from "../../../../src/cli/embed/arguments.js";

describe("arguments of together-retrieval embed", () => {
  it("becomes the options of the embedder, and sets no other option", () => {
    expect(readArguments(["--model", "m"])).toEqual({
      input: undefined,
      output: undefined,
      skipInvalid: undefined,
      field: "text",
      isDryRun: false,
      json: false,
      prices: { perMillion: undefined, perHour: undefined, textsPerSecond: undefined },
      embedder: { model: "m" },
    });
    const given =
      "in.jsonl --out out.jsonl --model me/e5 --base-model intfloat/e5-mistral-7b-instruct --base-url http://a/v1 --field body --batch-size 64 --max-concurrency 4 --dimensions 8 --document-prefix=p --normalize --retry-deadline 900000 --skip-invalid bad.jsonl --dry-run --json --price-per-million 0.02 --price-per-hour 3.5 --texts-per-second 80";
    expect(readArguments(given.split(" "))).toEqual({
      input: "in.jsonl",
      output: "out.jsonl",
      skipInvalid: "bad.jsonl",
      field: "body",
      isDryRun: true,
      json: true,
      prices: { perMillion: 0.02, perHour: 3.5, textsPerSecond: 80 },
      embedder: {
        model: "me/e5",
        baseModel: "intfloat/e5-mistral-7b-instruct",
        baseURL: "http://a/v1",
        documentPrefix: "p",
        normalize: true,
        batchSize: 64,
        maxConcurrency: 4,
        dimensions: 8,
        retryDeadline: 900_000,
      },
    });
  });

  it("accepts a dash for standard streams", () => {
    expect(readArguments(["-", "--out", "-", "--model", "m"])).toMatchObject({
      input: undefined,
      output: undefined,
    });
  });

  it.each([
    ["in.jsonl", "Cannot embed in.jsonl: no model is set; use --model"],
    [
      "in.jsonl more.jsonl --model m",
      "Cannot embed a file: unexpected argument 'more.jsonl'; see together-retrieval embed --help",
    ],
    ["in.jsonl --modle m", "Cannot embed a file: unknown option '--modle'; did you mean --model?"],
    [
      "in.jsonl --model m --batch-size 0",
      'Cannot embed in.jsonl: --batch-size is "0"; use an integer from 1 to 2048',
    ],
    [
      "--model m --price-per-hour 2",
      "Cannot embed standard input: --price-per-hour is set without --texts-per-second; set both",
    ],
    [
      "--model m --texts-per-second 2",
      "Cannot embed standard input: --texts-per-second is set without --price-per-hour; set both",
    ],
    [
      "--model m --field embedding",
      'Cannot embed standard input: --field is "embedding"; name the field that holds the text',
    ],
  ])("rejects with one sentence: %s", (args, sentence) => {
    expect(() => readArguments(args.split(" "))).toThrow(new UsageError(sentence));
  });
});
