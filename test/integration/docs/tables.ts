/** Returns the unchanged cells of the table whose first column has this name, without its head. */
export function tableRows(text: string, column: string): string[][] {
  const [, body = ""] = new RegExp(`^\\| ${column} .*\\n\\| -.*\\n((?:\\|.*\\n)+)`, "m").exec(text) ?? [];
  const lines = body.trim().split("\n");
  return lines.map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}
