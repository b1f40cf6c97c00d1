/** Takes the pictures of README: `npx tsx examples/next-rag/test/screenshots.ts`, in Debian's Chromium. */

import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import sharp from "sharp";
import { buildApplication, CHROMIUM, startApplication } from "./application";

const pictures = fileURLToPath(new URL("../../../docs/pictures", import.meta.url));

await buildApplication();
const application = await startApplication();
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
try {
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await browser.newPage({ colorScheme, viewport: { width: 900, height: 600 } });
    await page.goto(application.url);
    await page.getByRole("button", { name: "Ask" }).click();
    await page.locator("tbody tr").first().waitFor();
    await page.getByRole("button", { name: "Ask" }).waitFor();
    await page.evaluate("document.activeElement.blur()");
    const picture = sharp(await page.screenshot({ fullPage: true }));
    await picture.png({ palette: true }).toFile(`${pictures}/next-rag-${colorScheme}.png`);
  }
} finally {
  await browser.close();
  await application.stop();
}
