/** Takes screenshots of the playground in Debian's Chromium. Run `npx tsx playground/screenshots.ts`. */

import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build, preview } from "vite";

const root = fileURLToPath(new URL(".", import.meta.url));
const pictures = fileURLToPath(new URL("../docs/pictures", import.meta.url));

await build({ root, logLevel: "error" });
const server = await preview({ root, logLevel: "error", preview: { port: 0 } });
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await browser.newPage({ colorScheme, viewport: { width: 1000, height: 900 } });
    await page.goto(server.resolvedUrls?.local[0] ?? "");
    await page.getByRole("switch", { name: /^Outage/ }).check();
    await page.getByText("together-retrieval finished after").waitFor({ timeout: 60_000 });
    await page.addStyleTag({ content: "section:first-of-type, .code { display: none !important }" });
    await page
      .locator("section")
      .last()
      .screenshot({ path: `${pictures}/playground-${colorScheme}.png` });
  }
} finally {
  await browser.close();
  await server.close();
}
