import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium, type Browser, type Page } from "playwright-core";
import { createEmulator, emulatedModels, type EmulatorServer } from "together-retrieval/emulator";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { buildApplication, CHROMIUM, startApplication, type Application } from "./application";

const AXE = createRequire(import.meta.url).resolve("axe-core");
const PHONE = { width: 390, height: 844 };
const QUESTION = "How is the similarity between two embeddings calculated?";

describe.skipIf(!existsSync(CHROMIUM))("Next.js example in Chromium", () => {
  let browser: Browser;
  let page: Page;
  const applications: Application[] = [];
  const problems: string[] = [];

  beforeAll(async () => {
    await buildApplication();
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  });

  afterAll(async () => {
    await browser?.close();
    await Promise.all(applications.map((application) => application.stop()));
  });

  beforeEach(async () => {
    page = await browser.newPage();
    page.on("pageerror", ({ message }) => problems.push(message));
    page.on("request", (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (protocol === "http:" && hostname !== "127.0.0.1") problems.push(`a request to ${hostname}`);
    });
  });

  afterEach(async () => {
    await page.close();
    const found = problems.splice(0);
    if (found.length > 0) throw new Error(found.join("\n"));
  });

  async function start(variables?: Readonly<Record<string, string>>): Promise<string> {
    const application = await startApplication(variables);
    applications.push(application);
    return application.url;
  }

  async function ask(question: string): Promise<void> {
    await page.getByLabel("Question").fill(question);
    await page.keyboard.press("Enter");
  }

  /** Waits for the end of an answer: the form accepts the next question. */
  const done = (): Promise<void> => page.getByRole("button", { name: "Ask" }).waitFor();

  describe("on the emulator", () => {
    let url: string;

    beforeAll(async () => {
      url = await start();
    });

    beforeEach(async () => {
      await page.goto(url);
    });

    it("streams the answer to the example question", async () => {
      await page.evaluate(() => {
        const lengths = new Set<number>();
        const record = (): unknown =>
          lengths.add(document.querySelector(".answer")?.textContent?.length ?? 0);
        new MutationObserver(record).observe(document.body, {
          childList: true,
          characterData: true,
          subtree: true,
        });
        Object.assign(globalThis, { lengths });
      });
      await page.getByRole("button", { name: "Ask" }).click();
      await page.locator(".answer", { hasText: "only after the user approves" }).waitFor();
      await done();
      const lengths = await page.evaluate("lengths.size");
      expect(lengths).toBeGreaterThan(10);
      expect(await page.getByRole("status").textContent()).toBe("");
    });

    it("shows five sources with their ranks and scores before and after reranking", async () => {
      await ask("When does a tool call need approval from the user?");
      await done();
      const rows = await page.locator("tbody tr").all();
      const cells = await Promise.all(rows.map((row) => row.locator("td").allTextContents()));
      expect(cells.map(([, , after]) => after)).toEqual(
        [1, 2, 3, 4, 5].map((place) => expect.stringMatching(`^${place}\\. 0\\.\\d{3}$`) as string),
      );
      const before = cells.map(([, search = ""]) => Number(/^(\d+)\. 0\.\d{3}$/.exec(search)?.[1]));
      expect(before.every((place) => place >= 1 && place <= 20)).toBe(true);
      expect(before).not.toEqual([1, 2, 3, 4, 5]);
      const scores = cells.map(([, , after = ""]) => Number(after.split(" ")[1]));
      expect(scores).toEqual(scores.toSorted((left, right) => right - left));
    });

    it("shows the text of a source", async () => {
      await ask(QUESTION);
      const source = page.locator("details", { hasText: "cosineSimilarity()" }).first();
      await source.locator("summary").click();
      const text = source.getByText(
        "`cosineSimilarity` calculates the cosine similarity between two vectors.",
      );
      expect(await text.isVisible()).toBe(true);
    });

    it.each(["light", "dark"] as const)(
      "has no accessibility violation in %s colours",
      async (colorScheme) => {
        await page.emulateMedia({ colorScheme });
        await ask(QUESTION);
        await done();
        await page.addScriptTag({ path: AXE });
        const violations = await page.evaluate(
          "axe.run().then(({ violations }) => violations.map(({ help }) => help))",
        );
        expect(violations).toEqual([]);
        const background = await page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
        expect(background).toBe(colorScheme === "light" ? "rgb(251, 250, 248)" : "rgb(20, 23, 29)");
      },
    );

    it("fits on a phone screen", async () => {
      await page.setViewportSize(PHONE);
      await ask(QUESTION);
      await done();
      const wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth";
      expect(await page.evaluate(wide)).toBe(false);
    });

    it("rejects a body without a question", async () => {
      for (const body of ["", "no JSON", "{}", '{"question":" "}', '{"question":["a list"]}']) {
        const response = await fetch(`${url}/api/ask`, { method: "POST", body });
        expect([response.status, await response.text()]).toEqual([
          400,
          "Cannot answer: there is no question.",
        ]);
      }
    });
  });

  describe("with a key", () => {
    let holdsChat = false;
    let server: EmulatorServer;
    let url: string;
    const emulator = createEmulator({
      models: { ...emulatedModels, "acme/e5": { type: "embedding", dimensions: 1024 } },
      latency: ({ path }) => (holdsChat && path.endsWith("/chat/completions") ? 60_000 : 0),
    });

    beforeAll(async () => {
      server = await emulator.listen({ port: 0 });
      url = await start({
        TOGETHER_API_KEY: "secret",
        TOGETHER_EMBEDDING_MODEL: "acme/e5",
        TOGETHER_BASE_MODEL: "intfloat/multilingual-e5-large-instruct",
        TOGETHER_BASE_URL: server.url,
        TOGETHER_CHAT_BASE_URL: server.url,
      });
    });

    afterAll(() => server.close());

    beforeEach(async () => {
      holdsChat = false;
      await page.goto(url);
    });

    it("keeps the order of the vector search without a reranking model", async () => {
      await ask(QUESTION);
      await done();
      const places = await page.locator("tbody td:nth-child(2) strong").allTextContents();
      expect(places).toEqual(["1.", "2.", "3.", "4.", "5."]);
      expect(new Set(await page.locator("tbody td:nth-child(3)").allTextContents())).toEqual(
        new Set(["off"]),
      );
      expect(emulator.requests.some(({ path }) => path.endsWith("/rerank"))).toBe(false);
    });

    it("sends the question with the query prefix of the base model", async () => {
      await ask(QUESTION);
      await done();
      const inputs = emulator.requests.map(({ body }) => (body as { input?: string[] }).input);
      const [sent] = inputs.findLast((input) => input !== undefined) ?? [];
      expect(sent).toMatch(/^Instruct: .*How is the similarity between two embeddings calculated\?$/s);
    });

    it("aborts the request to the language model when the user stops", async () => {
      holdsChat = true;
      await ask(QUESTION);
      await page.locator("tbody tr").first().waitFor();
      await page.getByRole("button", { name: "Stop" }).click();
      await done();
      await expect.poll(() => emulator.requests.at(-1)?.aborted).toBe(true);
    });

    it("shows the error during an outage, and answers after it", async () => {
      await server.close();
      await ask(QUESTION);
      const alert = page.locator("main [role=alert]");
      await alert.waitFor();
      expect(await alert.textContent()).toMatch(/^Cannot embed 1 text with "acme\/e5": /);
      expect(await alert.textContent()).not.toContain("secret");
      server = await emulator.listen({ port: server.port });
      await ask(QUESTION);
      await page.getByText("cosineSimilarity` calculates").first().waitFor({ state: "attached" });
      await done();
      expect(await alert.count()).toBe(0);
    });

    it("names the environment variable of the embedding model if it is missing", async () => {
      const body = JSON.stringify({ question: QUESTION });
      const response = await fetch(`${await start({ TOGETHER_API_KEY: "secret" })}/api/ask`, {
        method: "POST",
        body,
      });
      expect(await response.text()).toContain(
        "Cannot search: there is no embedding model; set TOGETHER_EMBEDDING_MODEL",
      );
    });
  });
});
