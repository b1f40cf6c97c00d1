import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { build, preview, type PreviewServer } from "vite";

const CHROMIUM = "/usr/bin/chromium";
const root = fileURLToPath(new URL(".", import.meta.url));
const PHONE = { width: 390, height: 844 };

describe.skipIf(!existsSync(CHROMIUM))("playground in Chromium", () => {
  let server: PreviewServer;
  let browser: Browser;
  let page: Page;
  let url: string;
  const errors: string[] = [];
  const foreign: string[] = [];

  beforeAll(async () => {
    await build({ root, logLevel: "error" });
    server = await preview({ root, logLevel: "error", preview: { port: 0 } });
    url = server.resolvedUrls?.local[0] ?? "";
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  });

  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  beforeEach(async () => {
    page = await browser.newPage();
    page.on("pageerror", ({ message }) => errors.push(message));
    page.on("request", (request) => {
      if (!request.url().startsWith(url) && !request.url().startsWith("data:")) foreign.push(request.url());
    });
    await page.goto(url);
    await page.locator("#ranked li").first().waitFor();
  });

  afterEach(async () => {
    await page.close();
    const trouble = [
      ...errors.splice(0),
      ...foreign.splice(0).map((address) => `the page asked for ${address}`),
    ];
    if (trouble.length > 0) throw new Error(trouble.join("\n"));
  });

  it("answers a question that is typed, and shows what reranking changed", async () => {
    await page.getByLabel("Question").fill("Who carries pollen from plant to plant?");
    await page.keyboard.press("Enter");
    const best = page.locator("#ranked li").first();
    await best.getByText("Bees live on nectar").waitFor();
    expect(await page.locator("#candidates li").count()).toBe(5);
    expect(await page.locator("#search-status").textContent()).toContain("Bees live on nectar");
  });

  it("searches pasted texts, and shows markup as text", async () => {
    await page.getByLabel("One text a line").fill("Bread rises.\n<b onclick=alert(1)>Glass</b> is sand.");
    await page.getByLabel("Question").fill("What is glass made of?");
    await page.keyboard.press("Enter");
    await page.getByText("Best of 2 texts after reranking: <b onclick=alert(1)>Glass</b> is sand.").waitFor();
    expect(await page.locator("#ranked b").count()).toBe(0);
  });

  it("has a map that is usable with the arrow keys", async () => {
    await page.locator("#map td").first().focus();
    await page.keyboard.press("ArrowRight");
    expect(await page.locator("#map-status").textContent()).toMatch(/^0\.\d\d: the question and text 1$/);
    await page.keyboard.press("ArrowDown");
    expect(await page.locator("#map-status").textContent()).toMatch(/^1\.00: text 1 and text 1$/);
    await page.keyboard.press("ArrowRight");
    expect(await page.locator("#map-pair blockquote").allTextContents()).toEqual([
      expect.stringMatching(/^Photosynthesis/) as string,
      expect.stringMatching(/^Plants in a dark room/) as string,
    ]);
  });

  it("runs both clients against the selected limit, with fewer 429s for together-retrieval", async () => {
    await page.getByLabel("Requests a second that the server admits").fill("40");
    await page.getByRole("button", { name: "Send 120 requests" }).click();
    await page.getByText("This package was done after").waitFor({ timeout: 40_000 });
    expect(await page.locator("#rate-value").textContent()).toBe("40");
    const [ours, greedy] = await Promise.all(["ours", "greedy"].map(refused));
    expect(ours).toBeLessThan(greedy! / 2);
    for (const plot of ["done", "ours", "greedy"]) {
      expect(await coloursIn(plot)).toEqual(expect.arrayContaining(COLOURS[plot]!));
    }
  });

  it("starts an outage, and shows when the client reports it and when it ends", async () => {
    const button = page.getByRole("button", { name: "Outage of 3 s" });
    expect(await button.isDisabled()).toBe(true);
    await page.getByRole("button", { name: "Send 120 requests" }).click();
    await page.getByText("Both clients send requests").waitFor();
    await button.click();
    await page.getByText("this package reports an outage").waitFor({ timeout: 10_000 });
    await page.getByText(/this package reports that it is over, after \d/).waitFor({ timeout: 20_000 });
    await page.getByText("This package was done after").waitFor({ timeout: 60_000 });
    expect(await button.isDisabled()).toBe(true);
    expect(await page.locator("#summary-ours").textContent()).toMatch(/^120 of 120 done.* [1-9]\d* failed/);
  });

  it.each(["light", "dark"] as const)("fits on a phone screen, in %s colours", async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(PHONE);
    const wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth";
    expect(await page.evaluate(wide)).toBe(false);
    const background = await page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
    expect(background).toBe(colorScheme === "light" ? "rgb(251, 250, 248)" : "rgb(20, 23, 29)");
  });

  async function refused(client: string): Promise<number> {
    const summary = (await page.locator(`#summary-${client}`).textContent()) ?? "";
    expect(summary).toMatch(/^120 of 120 done/);
    return Number(/(\d+) refused/.exec(summary)?.[1]);
  }

  /** Which of the plot's own colours are on its canvas. */
  function coloursIn(plot: string): Promise<string[]> {
    return page.evaluate((id) => {
      const canvas = document.querySelector<HTMLCanvasElement>(`#plot-${id} canvas`)!;
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      const seen = new Set<string>();
      for (let at = 0; at < data.length; at += 4) seen.add([...data.subarray(at, at + 3)].join(" "));
      return [...seen];
    }, plot);
  }
});

const [SENT, REFUSED, GREEDY] = ["47 111 206", "208 52 44", "178 106 0"];
const COLOURS: Readonly<Record<string, (string | undefined)[]>> = {
  done: [SENT, GREEDY],
  ours: [SENT],
  greedy: [SENT, REFUSED],
};
