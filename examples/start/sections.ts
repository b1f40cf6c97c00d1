/** A part of a Markdown file, with the headings above it. */
export interface Section {
  /** The headings from the file's title to the section's own; empty before the first heading. */
  readonly headings: readonly string[];
  /** The text between the last heading and the next one. */
  readonly text: string;
}

const HEADING = /^ {0,3}(#{1,6})\s+(.+?)\s*#*$/;
const UNDERLINE = /^ {0,3}(=+|-+)\s*$/;
const FENCE = /^\s*(`{3,}|~{3,})/;

/** Splits Markdown at its headings. It ignores lines of code that look like headings. */
export function sectionsOf(markdown: string): Section[] {
  const sections: Section[] = [];
  const headings: string[] = [];
  let lines: string[] = [];
  let fence: string | undefined;
  const begin = (level: number, title: string): void => {
    sections.push({ headings: headings.filter(Boolean), text: lines.join("\n").trim() });
    lines = [];
    headings.length = level - 1;
    headings[level - 1] = plainText(title);
  };
  for (const line of markdown.split(/\r?\n/)) {
    const [, mark] = FENCE.exec(line) ?? [];
    if (mark && (fence === undefined || mark.startsWith(fence)))
      fence = fence === undefined ? mark : undefined;
    const heading = fence === undefined && !mark ? headingFrom(line, lines.at(-1)) : undefined;
    if (heading?.underlined) lines.pop();
    if (heading) begin(heading.level, heading.title);
    else lines.push(line);
  }
  begin(1, "");
  return sections.filter(({ text }) => text !== "");
}

interface Heading {
  readonly level: number;
  readonly title: string;
  /** Whether the title is the line before, and this line underlines it. */
  readonly underlined: boolean;
}

function headingFrom(line: string, before = ""): Heading | undefined {
  const [, marks, title] = HEADING.exec(line) ?? [];
  if (marks && title) return { level: marks.length, title, underlined: false };
  const [, underline] = UNDERLINE.exec(line) ?? [];
  if (!underline || !/^ {0,3}[^\s>#|*+-]/.test(before)) return undefined;
  return { level: underline.startsWith("=") ? 1 : 2, title: before.trim(), underlined: true };
}

/** Removes pictures, links and marks from a heading. */
function plainText(markdown: string): string {
  return markdown
    .replaceAll(/!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])?/g, "")
    .replaceAll(/\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])?/g, "$1")
    .replaceAll(/<[^>]*>|[`*]/g, "")
    .trim();
}
