/** Receives the description of a pair, and the indexes of its two texts. */
type Describe = (words: string, one: number, other: number) => void;

/**
 * Shows a heat map of the similarity of each pair, with its scale. The strongest color is the highest similarity of two
 * different texts. The arrow keys move from cell to cell.
 *
 * @param selected - The pair that is described at first: row and column.
 */
export function showMap(
  element: HTMLElement,
  similarities: readonly (readonly number[])[],
  nameOf: (index: number) => string,
  describe: Describe,
  selected: readonly [row: number, column: number],
): void {
  const size = similarities.length;
  const highest = highestOf(similarities);
  const table = document.createElement("table");
  table.setAttribute("role", "grid");
  table.setAttribute("aria-label", "Cosine similarity of each pair of texts");
  const names = similarities.map((_, index) => (index === 0 ? "Q" : String(index)));
  table.append(rowOf([heading(""), ...names.map(heading)]));
  similarities.forEach((row, at) => {
    const cells = row.map((value, other) => cellOf(value, highest, `${nameOf(at)} and ${nameOf(other)}`));
    table.append(rowOf([heading(names[at] ?? ""), ...cells]));
  });
  const cells = [...table.querySelectorAll("td")];
  const select = (cell: HTMLElement | undefined): void => {
    const at = cells.indexOf(cell as HTMLTableCellElement);
    if (!cell || at < 0) return;
    for (const other of cells) other.classList.toggle("selected", other === cell);
    describe(cell.title, Math.floor(at / size), at % size);
  };
  for (const kind of ["focusin", "pointerover"]) {
    table.addEventListener(kind, ({ target }) => select(target as HTMLElement));
  }
  table.addEventListener("keydown", (event) => walk(event, cells, size));
  const first = cells[selected[0] * size + selected[1]];
  first?.setAttribute("tabindex", "0");
  element.replaceChildren(table, scaleOf(highest));
  select(first);
}

/** Returns the highest similarity of two different texts; 1 if none is positive. */
function highestOf(similarities: readonly (readonly number[])[]): number {
  const others = similarities.flatMap((row, at) => row.filter((_, other) => other !== at));
  const highest = Math.max(0, ...others);
  return highest > 0 ? highest : 1;
}

function scaleOf(highest: number): HTMLElement {
  const scale = document.createElement("p");
  scale.className = "scale";
  const colors = document.createElement("span");
  colors.className = "colors";
  scale.append("0.00 or less", colors, `${highest.toFixed(2)} or more`);
  return scale;
}

function rowOf(cells: readonly HTMLElement[]): HTMLElement {
  const row = document.createElement("tr");
  row.append(...cells);
  return row;
}

function heading(text: string): HTMLElement {
  const cell = document.createElement("th");
  cell.textContent = text;
  return cell;
}

function cellOf(value: number, highest: number, pair: string): HTMLElement {
  const cell = document.createElement("td");
  cell.title = `${value.toFixed(2)}: ${pair}`;
  cell.tabIndex = -1;
  const share = Math.max(0, Math.min(1, value / highest));
  cell.style.setProperty("--share", `${Math.round(100 * share)}%`);
  return cell;
}

const STEPS: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

function walk(event: KeyboardEvent, cells: readonly HTMLElement[], size: number): void {
  const step = STEPS[event.key];
  const at = cells.indexOf(event.target as HTMLElement);
  if (!step || at < 0) return;
  event.preventDefault();
  const row = Math.min(size - 1, Math.max(0, Math.floor(at / size) + step[0]));
  const column = Math.min(size - 1, Math.max(0, (at % size) + step[1]));
  const next = cells[row * size + column];
  cells[at]?.setAttribute("tabindex", "-1");
  next?.setAttribute("tabindex", "0");
  next?.focus();
}
