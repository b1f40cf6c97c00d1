import { execFile } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { build, preview, type PreviewServer } from "vite";

const CHROMIUM = "/usr/bin/chromium";
const root = fileURLToPath(new URL(".", import.meta.url));
const repository = fileURLToPath(new URL("..", import.meta.url));
const PHONE = { width: 390, height: 844 };
const FINISHED = /together-retrieval finished after/;

describe.skipIf(!existsSync(CHROMIUM))("playground in Chromium", () => {
  let server: PreviewServer;
  let browser: Browser;
  let page: Page;
  let url: string;
  const errors: string[] = [];
  const externalRequests: string[] = [];

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
    page = await browser.newPage({ permissions: ["clipboard-read", "clipboard-write"] });
    page.on("pageerror", ({ message }) => errors.push(message));
    page.on("request", (request) => {
      if (!request.url().startsWith(url) && !request.url().startsWith("data:"))
        externalRequests.push(request.url());
    });
    await page.goto(url);
    await page.locator("#ranked li").first().waitFor();
  });

  afterEach(async () => {
    await page.close();
    const problems = [
      ...errors.splice(0),
      ...externalRequests.splice(0).map((address) => `the page requested ${address}`),
    ];
    if (problems.length > 0) throw new Error(problems.join("\n"));
  });

  describe("the search", () => {
    it("answers a typed question, and shows the ranks before reranking", async () => {
      await page.getByLabel("Question").fill("Who carries pollen from plant to plant?");
      await page.keyboard.press("Enter");
      const best = page.locator("#ranked li").first();
      await best.getByText("Bees eat nectar").waitFor();
      expect(await page.locator("#candidates li").count()).toBe(5);
      expect(await text("#search-status")).toMatch(/^Best passage: Bees eat nectar/);
      expect((await page.locator("#ranked").textContent()) ?? "").toMatch(/[▲▼] from rank \d/);
    });

    it("searches pasted texts, and shows markup as text", async () => {
      await page.getByLabel("Texts to search").fill("Bread rises.\n<b onclick=alert(1)>Glass</b> is sand.");
      await page.getByLabel("Question").fill("What is glass made of?");
      await page.keyboard.press("Enter");
      await page.getByText("Best passage: <b onclick=alert(1)>Glass</b> is sand.").waitFor();
      expect(await page.locator("#ranked b").count()).toBe(0);
    });

    it.each([
      ["Nature", "Photosynthesis"],
      ["Rate limits", "After a 429"],
      ["Cooking", "Boil an egg"],
    ])("answers the question of the collection %s, and rejects the other one", async (name, answer) => {
      await page.getByLabel("Collection").selectOption(name);
      await page.getByText(`Best passage: ${answer}`).waitFor();
      expect(await bestScore()).toBeGreaterThan(0.3);
      expect(await weightOfFirst()).toBe("600");
      await page.getByRole("button", { name: "Without an answer" }).click();
      const sentence = "No passage answers this question. The best rerank score is ";
      await page.locator("#search-status", { hasText: sentence }).waitFor();
      expect(await text("#search-status")).toMatch(/ 0\.0\d, below the threshold of 0\.20\.$/);
      expect(await bestScore()).toBeLessThan(0.1);
      expect(await weightOfFirst()).toBe("400");
    });

    it("describes the question and the nearest text before a cell is selected", async () => {
      expect(await text("#map-status")).toBe("0.49: the question and text 2");
      expect(await page.locator("#map-pair blockquote").count()).toBe(2);
    });

    it("has a heat map that the arrow keys move through", async () => {
      await page.locator("#map td").first().focus();
      await page.keyboard.press("ArrowRight");
      expect(await text("#map-status")).toMatch(/^0\.\d\d: the question and text 1$/);
      await page.keyboard.press("ArrowDown");
      expect(await text("#map-status")).toMatch(/^1\.00: text 1 and text 1$/);
      await page.keyboard.press("ArrowRight");
      expect(await page.locator("#map-pair blockquote").allTextContents()).toEqual([
        expect.stringMatching(/^Photosynthesis/) as string,
        expect.stringMatching(/^Plants in a dark room/) as string,
      ]);
    });

    it("scales the colors of the heat map to the highest similarity of two texts", async () => {
      const titles = await page.locator("#map td").evaluateAll((cells) =>
        cells.map((cell) => ({
          value: Number.parseFloat((cell as HTMLElement).title),
          share: (cell as HTMLElement).style.getPropertyValue("--share"),
        })),
      );
      const size = Math.sqrt(titles.length);
      const others = titles.filter((_, at) => at % (size + 1) !== 0);
      const highest = Math.max(...others.map(({ value }) => value));
      expect(highest).toBeLessThan(0.9);
      expect(others.find(({ value }) => value === highest)?.share).toBe("100%");
      expect(await text("#map .scale")).toBe(`0.00 or less${highest.toFixed(2)} or more`);
    });

    it("copies code that compiles, runs and prints the same best passage", async () => {
      const code = await copied("search-code");
      const [first = ""] = (await run("search", code)).split("\n");
      const best = (await text("#search-status")).replace("Best passage: ", "");
      expect(first).toBe(`${(await bestScore()).toFixed(3)} ${best}`);
    });

    it("copies code that prints that no passage answers the question", async () => {
      await page.getByRole("button", { name: "Without an answer" }).click();
      await page.getByText("No passage answers this question.", { exact: true }).waitFor();
      expect(await run("unanswered", await copied("search-code"))).toBe(
        "No passage answers this question.\n",
      );
    });
  });

  describe("the rate limit", () => {
    it("runs both clients once on load, and scales each chart to its own highest value", async () => {
      await page.getByText(FINISHED).waitFor({ timeout: 40_000 });
      expect(await text("#summary-ours")).toMatch(/^120 of 120 succeeded/);
      expect(await text("#summary-plain")).toMatch(/^120 of 120 succeeded/);
      expect(await text("#log")).toMatch(/rate-limited: Wait \d+ ms, then [\d.]+ per second\./);
      for (const plot of ["done", "ours", "plain"]) {
        expect(await colorsIn(plot)).toEqual(expect.arrayContaining(COLORS[plot]!));
      }
      expect(await heightOfBars("ours")).toBeGreaterThan(0.6);
      expect(await heightOfBars("plain")).toBeGreaterThan(0.6);
    });

    it("shows solid and dashed lines in the legend as in the chart", async () => {
      const styles = await page
        .locator("#plot-done")
        .locator("xpath=..")
        .locator(".legend .line")
        .evaluateAll((lines) => lines.map((line) => getComputedStyle(line).borderTopStyle));
      expect(styles).toEqual(["solid", "dashed"]);
    });

    it("restarts when the limit changes, and rejects fewer requests of this package", async () => {
      await page.getByLabel("Requests per second that the server accepts").fill("40");
      await page.getByText(FINISHED).waitFor({ timeout: 40_000 });
      expect(await text("#rate-value")).toBe("40");
      const [ours, plain] = await Promise.all(["ours", "plain"].map(rejected));
      expect(ours).toBeLessThan(plain! / 2);
      expect(await text("#limit-code")).toContain("requestsPerSecond: 40");
    });

    it("aborts the previous run when it restarts", async () => {
      const rate = page.getByLabel("Requests per second that the server accepts");
      await rate.fill("5");
      await page.locator("#summary-ours", { hasText: /^[1-9]\d of 120/ }).waitFor();
      await page.evaluate(() => {
        const summary = document.querySelector("#summary-ours")!;
        const counts: number[] = [];
        Object.assign(window, { counts });
        const observer = new MutationObserver(() =>
          counts.push(Number.parseInt(summary.textContent ?? "", 10)),
        );
        document.querySelector("#rate")!.addEventListener("change", () => {
          observer.observe(summary, { childList: true });
        });
      });
      await rate.fill("100");
      await page.getByText(FINISHED).waitFor({ timeout: 40_000 });
      const counts = (await page.evaluate("counts")) as number[];
      expect(counts.length).toBeGreaterThan(3);
      expect(counts).toEqual(counts.toSorted((one, other) => one - other));
    });

    it("copies code that compiles, runs and embeds all texts", async () => {
      expect(await run("limits", await copied("limit-code"))).toMatch(/\n120 vectors, 1\d\d requests\n$/);
    });
  });

  describe("the outage switch", () => {
    it("shows how the circuit breaker opens, probes and closes", async () => {
      await page.evaluate(() => {
        const breaker = document.querySelector("#breaker")!;
        const states: (string | null)[] = [];
        Object.assign(window, { states });
        new MutationObserver(() => states.push(breaker.textContent)).observe(breaker, { childList: true });
      });
      await page.getByRole("switch", { name: /^Outage/ }).check();
      await page.getByText(FINISHED).waitFor({ timeout: 60_000 });
      const log = await page.locator("#log li").allTextContents();
      const opens = log.findIndex((line) => /outage: The circuit breaker opens\.$/.test(line));
      const probe = log.findIndex((line) => /request: A probe is sent\. It fails with 503\.$/.test(line));
      const closes = log.findIndex((line) =>
        /outage: The circuit breaker closes after \d\.\d s\.$/.test(line),
      );
      expect(opens).toBeGreaterThanOrEqual(0);
      expect(probe).toBeGreaterThan(opens);
      expect(closes).toBeGreaterThan(probe);
      const states = (await page.evaluate("states")) as string[];
      expect(states[0]).toBe("open");
      expect(states).toContain("probing");
      expect(states.at(-1)).toBe("closed");
      expect(await text("#summary-ours")).toMatch(/^120 of 120 succeeded.* [1-9]\d* failed \(503\)/);
      expect(await colorsIn("ours")).toContain(OUTAGE);
      expect(await page.locator("[data-key=outage]:visible").count()).toBe(3);
    });

    it("is off at first", async () => {
      expect(await page.getByRole("switch", { name: /^Outage/ }).isChecked()).toBe(false);
      expect(await page.locator("[data-key=outage]:visible").count()).toBe(0);
    });
  });

  it.each(["light", "dark"] as const)("fits on a phone, in %s colors", async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(PHONE);
    const wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth";
    expect(await page.evaluate(wide)).toBe(false);
    const background = await page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
    expect(background).toBe(colorScheme === "light" ? "rgb(251, 250, 248)" : "rgb(20, 23, 29)");
  });

  it.each(["light", "dark"] as const)("has text of enough contrast, in %s colors", async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    const low = await page.evaluate(() => {
      const channels = (color: string): number[] => (color.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
      const luminance = (color: string): number => {
        const linear = (value: number): number =>
          value <= 10.31 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
        const [red = 0, green = 0, blue = 0] = channels(color).map(linear);
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
      };
      const backgroundOf = (node: Element | null): string => {
        if (!node) return "rgb(255, 255, 255)";
        const { backgroundColor } = getComputedStyle(node);
        return backgroundColor === "rgba(0, 0, 0, 0)" ? backgroundOf(node.parentElement) : backgroundColor;
      };
      const nodes = [
        ...document.querySelectorAll("h1,h2,h3,p,label,small,span,li,th,code,button,input,output"),
      ];
      return nodes.flatMap((node) => {
        const [text, background] = [luminance(getComputedStyle(node).color), luminance(backgroundOf(node))];
        const ratio = (Math.max(text, background) + 0.05) / (Math.min(text, background) + 0.05);
        return ratio < 4.5 ? [`${node.tagName} ${node.textContent} ${ratio.toFixed(2)}`] : [];
      });
    });
    expect(low).toEqual([]);
  });

  async function text(selector: string): Promise<string> {
    return (await page.locator(selector).textContent()) ?? "";
  }

  async function bestScore(): Promise<number> {
    return Number.parseFloat(await text("#ranked li:first-child small"));
  }

  function weightOfFirst(): Promise<string> {
    const first = page.locator("#ranked li:first-child span");
    return first.evaluate((node) => getComputedStyle(node).fontWeight);
  }

  async function rejected(client: string): Promise<number> {
    return Number(/(\d+) rejected/.exec(await text(`#summary-${client}`))?.[1]);
  }

  /** Copies the code with its button, and returns the clipboard's text. */
  async function copied(id: string): Promise<string> {
    await page.locator(`#${id}-copy`).click();
    await page.locator(`#${id}-status`, { hasText: "Copied." }).waitFor();
    return page.evaluate("navigator.clipboard.readText()");
  }

  /** Returns the colors on the canvas of a plot. */
  function colorsIn(plot: string): Promise<string[]> {
    return page.evaluate((id) => {
      const canvas = document.querySelector<HTMLCanvasElement>(`#plot-${id} canvas`)!;
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      const seen = new Set<string>();
      for (let at = 0; at < data.length; at += 4) seen.add([...data.subarray(at, at + 3)].join(" "));
      return [...seen];
    }, plot);
  }

  /** Returns the height of the highest bar, as a share of the canvas without its axis. */
  function heightOfBars(plot: string): Promise<number> {
    return page.evaluate(
      ([id, ...bars]) => {
        const canvas = document.querySelector<HTMLCanvasElement>(`#plot-${id} canvas`)!;
        const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
        const rows: number[] = [];
        for (let at = 0; at < data.length; at += 4) {
          const color = [...data.subarray(at, at + 3)].join(" ");
          if (bars.includes(color)) rows.push(Math.floor(at / 4 / canvas.width));
        }
        const [top, bottom] = rows.reduce(([low, high], row) => [Math.min(low, row), Math.max(high, row)], [
          canvas.height,
          0,
        ] as [number, number]);
        const axis = 70 * devicePixelRatio; // the horizontal axis and the padding
        return (bottom - top) / (canvas.height - axis);
      },
      [plot, OURS, REJECTED],
    );
  }
});

/** Compiles and runs a program in the repository, where it can import the package by its name. Returns its output. */
async function run(name: string, code: string): Promise<string> {
  const folder = `${repository}.cache/playground`;
  const file = `${folder}/${name}.mts`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, code);
  const options = ["--noEmit", "--strict", "--noUncheckedIndexedAccess", "--skipLibCheck", "--ignoreConfig"];
  const target = ["--target", "es2022", "--lib", "es2023,dom", "--module", "nodenext", "--types", "node"];
  const compiler = `${repository}node_modules/typescript-7/bin/tsc`;
  await promisify(execFile)(process.execPath, [compiler, ...options, ...target, file]).catch(
    (error: { stdout: string }) => {
      throw new Error(error.stdout);
    },
  );
  return (await promisify(execFile)(process.execPath, ["--import", import.meta.resolve("tsx"), file])).stdout;
}

const [OURS, REJECTED, PLAIN, OUTAGE] = ["47 111 206", "208 52 44", "168 95 0", "230 231 235"] as const;
const COLORS: Readonly<Record<string, readonly string[]>> = {
  done: [OURS, PLAIN],
  ours: [OURS],
  plain: [OURS, REJECTED],
};
