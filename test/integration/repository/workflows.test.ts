import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import packageJson from "../../../package.json" with { type: "json" };

const FOLDER = ".github/workflows/";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly "runs-on": string;
  readonly "timeout-minutes"?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix: { readonly node: readonly number[] } };
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly concurrency: { readonly group: string };
  readonly jobs: Readonly<Record<string, Job>>;
}

const workflows = readdirSync(FOLDER).map((file) => {
  const document = parseDocument(readFileSync(FOLDER + file, "utf8"));
  return {
    file,
    problems: [...document.errors, ...document.warnings],
    workflow: document.toJS() as Workflow,
  };
});

function workflowOf(name: string): Workflow {
  return workflows.find(({ file }) => file === name)?.workflow as Workflow;
}

function commandsOf(job: Job | undefined): string[] {
  return (job?.steps ?? []).flatMap(({ run }) => run ?? []);
}

describe.each(workflows)("the workflow $file", ({ problems, workflow }) => {
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps);

  it("is YAML without errors", () => {
    expect(problems).toEqual([]);
    expect(steps.length).toBeGreaterThan(2);
  });

  it("may read the repository, and by default nothing else", () => {
    expect(workflow.permissions).toEqual({ contents: "read" });
  });

  it("runs GitHub's own actions, each at the tag of a version", () => {
    const actions = steps.flatMap(({ uses }) => uses ?? []);
    expect(actions.filter((action) => !/^actions\/[\w-]+@v\d+(\.\d+)*$/.test(action))).toEqual([]);
    expect(actions.length).toBeGreaterThan(1);
  });

  it("keeps no credentials in the files that it checks out", () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
    expect(checkouts.map((step) => step.with?.["persist-credentials"])).toEqual(jobs.map(() => false));
  });

  it("has a time limit and a concurrency group", () => {
    for (const job of jobs) expect(job["timeout-minutes"]).toBeGreaterThan(0);
    expect(workflow.concurrency.group).not.toBe("");
  });

  it("runs npm scripts and files that exist", () => {
    const commands = jobs.flatMap(commandsOf);
    const files = commands.flatMap((command) => /^bash (\S+)$/.exec(command)?.[1] ?? []);
    const scripts = commands.flatMap((command) => /^npm (?:run )?(\S+)/.exec(command)?.[1] ?? []);
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
    const known = ["ci", "publish", ...Object.keys(packageJson.scripts)];
    expect(scripts.filter((script) => !known.includes(script))).toEqual([]);
    expect([...files, ...scripts]).not.toEqual([]);
  });
});

describe("the workflow ci.yml", () => {
  const { on, jobs } = workflowOf("ci.yml");
  const job = jobs["node"];
  const versions = job?.strategy?.matrix.node ?? [];

  it("runs .ci/run for every push to main and every pull request", () => {
    expect(on).toEqual({ push: { branches: ["main"] }, pull_request: null });
    expect(commandsOf(job)).toEqual(["bash .ci/run"]);
  });

  it("starts with the oldest Node of package.json's engines", () => {
    expect(packageJson.engines.node).toBe(`>=${versions[0]}`);
    expect(job?.steps.find(({ uses }) => uses?.startsWith("actions/setup-node@"))?.with).toMatchObject({
      "node-version": "${{ matrix.node }}",
    });
  });

  it("runs the versions of Node that the documentation lists", () => {
    const page = readFileSync("docs/integrations/browsers-and-edge.md", "utf8");
    const [, listed = ""] = /^\| Node ((?:\d+, )+\d+) /m.exec(page) ?? [];
    expect(listed.split(", ").map(Number)).toEqual(versions);
  });

  it("lets .ci/run reach its own time limit", () => {
    const [, seconds = ""] =
      /^RUN_LIMIT_S=\$\{CI_LIMIT:-(\d+)\}$/m.exec(readFileSync(".ci/run", "utf8")) ?? [];
    expect(job?.["timeout-minutes"]).toBeGreaterThan(Number(seconds) / 60);
  });
});

describe("the workflow publish.yml", () => {
  const { on, jobs } = workflowOf("publish.yml");
  const job = jobs["npm"];

  it("publishes a GitHub release", () => {
    expect(on).toEqual({ release: { types: ["published"] } });
  });

  it("tests what it publishes, and publishes with provenance", () => {
    const [tag, ...commands] = commandsOf(job);
    expect(tag).toContain("$GITHUB_REF_NAME");
    expect(commands).toEqual([
      "npm ci",
      "npm run verify",
      'npm publish --provenance --access public --tag "$DIST_TAG"',
    ]);
    expect(packageJson.publishConfig).toEqual({ access: "public", provenance: true });
  });

  it("identifies itself to npm by its id-token, and holds no other secret", () => {
    expect(job?.permissions).toEqual({ contents: "read", "id-token": "write" });
    expect(readFileSync(`${FOLDER}publish.yml`, "utf8")).not.toMatch(/secrets\.|NODE_AUTH_TOKEN/);
  });

  it("runs on a Node whose npm can publish without a token", () => {
    const setup = job?.steps.find(({ uses }) => uses?.startsWith("actions/setup-node@"));
    expect(setup?.with?.["node-version"]).toBeGreaterThanOrEqual(24);
    expect(setup?.with?.["registry-url"]).toBe("https://registry.npmjs.org");
  });
});
