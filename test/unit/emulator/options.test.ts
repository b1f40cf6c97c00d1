import { describe, expect, it } from "vitest";
import {
  createEmulator,
  emulatedModels,
  type EmulatorOptions,
  type RateLimitOptions,
} from "../../../src/emulator/index.js";
import { isTogetherError } from "../../../src/index.js";

/** Returns the sentence of the error that a call throws, without its reference to the page. */
function errorMessage(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (!isTogetherError(error) || error.code !== "invalid_option") throw error;
    return error.message.replace(/ \(see .+\)$/, "");
  }
  return "no error";
}

const create = (options: object): (() => unknown) => {
  return () => createEmulator(options as EmulatorOptions);
};

describe("options of the emulator", () => {
  it.each<[object, string | RegExp]>([
    // Names.
    [{ latecy: 5 }, "`latecy` is not an option; did you mean `latency`?"],
    [{ fault: "reset" }, "`fault` is not an option; did you mean `faults`?"],
    [{ max_batch_texts: 5 }, "`max_batch_texts` is not an option; did you mean `maxBatchTexts`?"],
    [
      { limits: { requestPerSecond: 1 } },
      "`limits.requestPerSecond` is not an option; did you mean `limits.requestsPerSecond`?",
    ],
    [
      { limits: { growth: { factr: 2 } } },
      "`limits.growth.factr` is not an option; did you mean `limits.growth.factor`?",
    ],
    [{ limits: { rps: 1 } }, /^`limits.rps` is not an option; it takes requestsPerSecond, tokensPerSecond, /],
    [
      { coldStart: { duration: 1, faults: "reset" } },
      "`coldStart.faults` is not an option; did you mean `coldStart.fault`?",
    ],
    [{ outages: [{ from: 0, to: 1, falt: "reset" }] }, /^`outages\[0\].falt` is not an option; /],
    [
      { faults: [{ status: 401, mesage: "no" }] },
      "`faults[0].mesage` is not an option; did you mean `faults[0].message`?",
    ],
    [{ queueFull: { stauts: 429 } }, "`queueFull.stauts` is not an option; did you mean `queueFull.status`?"],
    [
      { models: { "me/mine": { type: "embedding", dimension: 3 } } },
      '`models["me/mine"].dimension` is not an option; did you mean `models["me/mine"].dimensions`?',
    ],
    // Numbers.
    [{ latency: -1 }, "`latency` is -1; it must be a number from 0 to 2147483647, or a function"],
    [{ latency: Infinity }, /^`latency` is Infinity; /],
    [
      { serviceTime: "5" },
      "`serviceTime` is a string; it must be a number from 0 to 2147483647, or a function",
    ],
    [{ workers: 0 }, "`workers` is 0; it must be a whole number, 1 or more"],
    [{ workers: 1.5 }, "`workers` is 1.5; it must be a whole number, 1 or more"],
    [{ maxQueue: -1 }, /^`maxQueue` is -1; /],
    [{ maxBatchTexts: Number.NaN }, "`maxBatchTexts` is NaN; it must be a whole number, 1 or more"],
    [{ maxBatchTokens: "many" }, "`maxBatchTokens` is a string; it must be a whole number, 1 or more"],
    [{ maxBodyBytes: 0 }, "`maxBodyBytes` is 0; it must be a whole number, 1 or more"],
    [{ keepRequests: null }, "`keepRequests` is null; it must be a whole number, 0 or more"],
    [{ clockSkew: -Infinity }, "`clockSkew` is -Infinity; it must be a finite number"],
    [{ limits: { requestsPerSecond: 0 } }, "`limits.requestsPerSecond` is 0; it must be a number above 0"],
    [{ limits: { windowSeconds: -1 } }, "`limits.windowSeconds` is -1; it must be a finite number above 0"],
    [{ limits: { burst: "5" } }, "`limits.burst` is a string; it must be a number above 0"],
    [{ limits: { status: 200 } }, "`limits.status` is 200; it must be a whole number, from 400 to 599"],
    [{ limits: { randomShare: 1.5 } }, "`limits.randomShare` is 1.5; it must be a number from 0 to 1"],
    [{ limits: { growth: { factor: 0 } } }, "`limits.growth.factor` is 0; it must be a number of 1 or more"],
    [{ limits: { reset: -1 } }, "`limits.reset` is -1; it must be a number of 0 or more, or a function"],
    [{ queueFull: { status: 99 } }, "`queueFull.status` is 99; it must be a whole number, from 200 to 599"],
    [
      { faults: [{ status: "401" }] },
      "`faults[0].status` is a string; it must be a whole number, from 200 to 599",
    ],
    [{ faults: ["ok", { delay: -5 }] }, /^`faults\[1\].delay` is -5; /],
    [{ faults: [{ padding: 0.5 }] }, /^`faults\[0\].padding` is 0.5; /],
    [
      {
        outages: [
          { from: 0, to: 1 },
          { from: -1, to: 1 },
        ],
      },
      "`outages[1].from` is -1; it must be a number of 0 or more",
    ],
    [{ outages: [{ from: 2, to: Number.NaN }] }, "`outages[0].to` is NaN; it must be a number above 0"],
    [{ outages: [{ from: 5, to: 5 }] }, "`outages[0].to` is 5; it must be above 5, its `from`"],
    [{ outages: [{ to: 5 }] }, "`outages[0].from` is undefined; it must be a number of 0 or more"],
    [
      { outages: [{ from: 0, to: 1, fault: { status: 600 } }] },
      "`outages[0].fault.status` is 600; it must be a whole number, from 200 to 599",
    ],
    [{ coldStart: { duration: -1 } }, "`coldStart.duration` is -1; it must be a number of 0 or more"],
    [{ coldStart: {} }, "`coldStart.duration` is undefined; it must be a number of 0 or more"],
    [
      { models: { mine: { type: "embedding" } } },
      '`models["mine"].dimensions` is undefined; it must be a whole number, 1 or more',
    ],
    [
      { models: { mine: { type: "rerank", gpus: [{ type: "H100" }] } } },
      '`models["mine"].gpus[0].count` is undefined; it must be a whole number, 1 or more',
    ],
    [
      { models: { mine: { type: "chat", gpus: [{ type: "H100", count: 0 }] } } },
      '`models["mine"].gpus[0].count` is 0; it must be a whole number, 1 or more',
    ],
    [
      { models: { mine: { type: "embedding", dimensions: 3, gpus: ["H100"] } } },
      '`models["mine"].gpus[0]` is a string; it must be an object',
    ],
    // Choices.
    [{ tooLargeStatus: "413" }, "`tooLargeStatus` is a string; it must be 400 or 403 or 413 or 422"],
    [{ tooLargeStatus: 500 }, "`tooLargeStatus` is 500; it must be 400 or 403 or 413 or 422"],
    [{ longText: "rejct" }, '`longText` is a string that is not known; did you mean "reject"?'],
    [{ blankText: true }, '`blankText` is a boolean; it must be "accept" or "reject"'],
    [{ base64: false }, '`base64` is a boolean; it must be "serve" or "ignore" or "reject"'],
    [
      { limits: { reset: "never" } },
      /^`limits.reset` is a string; it must be "rounded" or .*, or a function$/,
    ],
    [{ limits: { reset: "epoch_ms" } }, /did you mean "epoch-ms"\?/],
    [
      { limits: { header: "Retry-After" } },
      '`limits.header` is a string that is not known; did you mean "retry-after"?',
    ],
    [
      { limits: { algorithm: "window" } },
      /^`limits.algorithm` is a string; it must be "token-bucket" or "fixed-window"/,
    ],
    [{ faults: ["401"] }, "`faults[0]` is a status without its name; did you mean { status: 401 }?"],
    [{ faults: ["rest"] }, '`faults[0]` is a string that is not known; did you mean "reset"?'],
    [{ faults: [{ kind: "hanging" }] }, /^`faults\[0\].kind` is a string( that is not known)?; /],
    [
      { models: { mine: { type: "embeddings" } } },
      '`models["mine"].type` is a string that is not known; did you mean "embedding"?',
    ],
    [{ models: { mine: { type: "rerank", scores: "logit" } } }, /did you mean "logits"\?/],
    // Types.
    [{ models: ["me/mine"] }, "`models` is an array; it must be an object"],
    [{ models: { mine: "embedding" } }, '`models["mine"]` is a string; it must be an object'],
    [{ models: { mine: { type: "chat", maxTokens: 0 } } }, /^`models\["mine"\].maxTokens` is 0; /],
    [{ apiKey: "" }, /^`apiKey` is empty, or has a space/],
    [{ apiKey: 5 }, "`apiKey` is 5; it must be a string"],
    [{ limits: 20 }, "`limits` is 20; it must be an object, or a function"],
    [{ limits: [20] }, "`limits` is an array; it must be an object, or a function"],
    [{ faults: "reset" }, "`faults` is a string; it must be an array, or a function"],
    [{ faults: [401] }, "`faults[0]` is a status without its name; did you mean { status: 401 }?"],
    [{ faults: [5] }, /^`faults\[0\]` is 5; it must be "ok" or "reset" or /],
    [{ faults: [null] }, "`faults[0]` is null; it must be an object"],
    [
      { faults: [{ headers: { "retry-after": 2 } }] },
      '`faults[0].headers["retry-after"]` is 2; it must be a string',
    ],
    [{ faults: [{ headers: { "retry after": "2" } }] }, /is not an HTTP header; /],
    [{ faults: [{ headers: { "retry-after": "2\r\nx: y" } }] }, /is not an HTTP header; /],
    [{ faults: [{ body: 5 }] }, /^`faults\[0\].body` is neither a string nor an object; /],
    [
      { faults: [{ message: "no" }] },
      "`faults[0].message` is set without an error; set `faults[0].status` to 400 or more",
    ],
    [{ outages: { from: 0, to: 1 } }, "`outages` is an object; it must be an array"],
    [{ coldStart: 500 }, "`coldStart` is 500; it must be an object"],
    [{ embed: "words" }, "`embed` is a string; it must be a function"],
    [{ random: 0.5 }, "`random` is 0.5; it must be a function"],
    [{ keepBodies: "no" }, "`keepBodies` is a string; it must be true or false"],
  ])("rejects %j", (options, expected) => {
    const sentence = errorMessage(create(options));
    expect(sentence).toMatch(/^Cannot create the emulator: /);
    const rest = sentence.replace("Cannot create the emulator: ", "");
    const found = typeof expected === "string" ? rest : expected.exec(rest) && expected;
    expect(found).toBe(expected);
  });

  it.each([null, "reset", 5])("rejects %j instead of options", (options) => {
    expect(errorMessage(create(options as never))).toBe(
      "Cannot create the emulator: it was given no options; write createEmulator({ ... })",
    );
  });

  it.each<EmulatorOptions>([
    {},
    { workers: Infinity, maxQueue: Infinity, maxBatchTexts: Infinity, maxBodyBytes: Infinity },
    { models: emulatedModels, limits: {}, faults: [], outages: [] },
    { faults: [undefined, "ok", {}, { status: 503, message: "no", delay: 5 }, { body: { data: [] } }] },
    {
      faults: [
        { kind: "redirect", status: 308, location: "/elsewhere" },
        { status: 200, body: "" },
      ],
    },
    { outages: [{ from: 0, to: Infinity, fault: "hang" }], coldStart: { duration: 0.5, fault: "reset" } },
    { limits: { requestsPerSecond: 0.5, reset: () => 1, growth: {} } },
  ])("accepts %j", (options) => {
    expect(errorMessage(create(options))).toBe("no error");
  });

  it("ignores an option that is undefined, at every depth", () => {
    const options = { latecy: undefined, limits: { burst: undefined, bust: undefined } };
    expect(errorMessage(create(options))).toBe("no error");
  });
});

describe("setters of the emulator", () => {
  it.each<[string, () => void]>([
    [
      "set the emulator's limits: `limits.requestPerSecond` is not an option; did you mean `limits.requestsPerSecond`?",
      () => createEmulator().setLimits({ requestPerSecond: 1 } as RateLimitOptions),
    ],
    [
      "set the emulator's faults: `faults[0]` is a status without its name; did you mean { status: 401 }?",
      () => createEmulator().setFaults(["401"] as never),
    ],
    [
      "set the emulator's outages: `outages[0].to` is 5; it must be above 5, its `from`",
      () => createEmulator().setOutages([{ from: 5, to: 5 }]),
    ],
    [
      "set the emulator's outages: `outages` is undefined; it must be an array",
      () => createEmulator().setOutages(undefined as never),
    ],
  ])("throws for an attempt to %s", (sentence, call) => {
    expect(errorMessage(call)).toBe(`Cannot ${sentence}`);
  });

  it("keeps the earlier value if a setter throws", async () => {
    const emulator = createEmulator({ faults: [{ status: 503 }] });
    expect(errorMessage(() => emulator.setFaults(["401"] as never))).not.toBe("no error");
    const response = await emulator.fetch("https://api.together.ai/v1/models", {
      headers: { authorization: "Bearer key" },
    });
    expect(response.status).toBe(503);
  });
});
