import { describe, expect, it } from "vitest";
import { run } from "./support/program.js";

describe("bulk ingest without its servers", () => {
  it("prints that PostgreSQL cannot be reached, and how to fix it", async () => {
    const nowhere = { DATABASE_URL: "postgresql://127.0.0.1:1/none", REDIS_URL: "redis://127.0.0.1:1" };
    const outcome = await run("bulk-ingest/main.ts", ["--passages", "10"], nowhere);
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stderr).toMatch(
      /^Cannot use PostgreSQL: .*ECONNREFUSED.*; start one with npm run services, or set DATABASE_URL/,
    );
  });

  it("prints its usage", async () => {
    const { exitCode, stdout } = await run("bulk-ingest/main.ts", ["--help"]);
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(/^Usage: npx tsx examples\/bulk-ingest/) as string,
    });
  });

  it("rejects unknown arguments, with exit code 2", async () => {
    const { exitCode, stderr } = await run("bulk-ingest/main.ts", ["--workers", "none"]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^Cannot read the command line: --workers is none/);
  });
});
