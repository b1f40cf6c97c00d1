import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A part of a package's documentation. */
export interface Passage {
  readonly source: string;
  readonly heading: string;
  readonly text: string;
}

/** Returns the longer sections of an installed package's README, shortened to the input of a small model. */
export function passagesOf(source: string, most = 40): Passage[] {
  const file = readFileSync(join(__dirname, "../../node_modules", source, "README.md"), "utf8");
  const sections = file
    .replace(/```[\s\S]*?```/g, "")
    .replace(/^ *> ?/gm, "")
    .split(/^#{1,6} +/m)
    .slice(1);
  return sections
    .map((section) => {
      const [heading = "", ...lines] = section.split("\n");
      return { source, heading: plain(heading), text: plain(lines.join(" ")).slice(0, 320) };
    })
    .filter(({ heading, text }) => heading !== "" && text.length > 80)
    .slice(0, most);
}

/** Removes marks, addresses, HTML and images. */
function plain(markdown: string): string {
  return markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/<[^>\s][^>]*>|[`*_|#]|https?:\S+/g, "")
    .replace(/\s+/g, " ")
    .trim();
}
