import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { LineWriter } from "../../../../src/cli/embed/line-writer.js";

const HEAD = Buffer.from('{"id":1');
const LINE = '{"id":1,"embedding":[1,2]}\n';
const VECTOR = Float32Array.of(1, 2);

/** A stream that accepts nothing until `accept` is called. */
class SlowStream extends Writable {
  received = "";
  #accept: (() => void) | undefined;

  override _write(bytes: Buffer, _encoding: string, accept: () => void): void {
    this.received += bytes.toString();
    this.#accept = accept;
  }

  accept(): void {
    this.#accept?.();
  }
}

function writerTo(stream: Writable, maxPendingLines: number): LineWriter {
  return new LineWriter(stream, {
    maxPendingLines,
    onFailure: (error) => {
      throw error;
    },
  });
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Appends lines as `embed` does, and counts them. */
class Producer {
  appended = 0;
  readonly done: Promise<void>;

  constructor(writer: LineWriter, lines: number) {
    this.done = this.#run(writer, lines);
  }

  async #run(writer: LineWriter, lines: number): Promise<void> {
    for (let line = 0; line < lines; line++) {
      writer.append(HEAD, VECTOR);
      this.appended += 1;
      await writer.space();
    }
    await writer.drained();
  }
}

describe("LineWriter", () => {
  it.each([1, 3, 100])(
    "takes %i lines that the stream has not accepted, and no more",
    async (maxPendingLines) => {
      const stream = new SlowStream();
      const writer = writerTo(stream, maxPendingLines);
      const producer = new Producer(writer, 250);
      for (let turn = 0; turn < 600; turn++) {
        await nextTurn();
        expect(producer.appended - writer.written).toBeLessThanOrEqual(maxPendingLines);
        stream.accept();
      }
      await producer.done;
      expect(stream.received).toBe(LINE.repeat(250));
    },
  );

  it("takes no line while the stream accepts none", async () => {
    const writer = writerTo(new SlowStream(), 7);
    const producer = new Producer(writer, 250);
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    expect(producer.appended).toBe(7);
  });

  it("writes a line in the turn in which it was appended", async () => {
    const stream = new SlowStream();
    writerTo(stream, 100).append(HEAD, VECTOR);
    await nextTurn();
    await nextTurn();
    expect(stream.received).toBe(LINE);
  });
});
