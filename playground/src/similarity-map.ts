/** A table of coloured cells: how alike each two texts are. Its cells can be walked with the arrow keys. */
export function showMap(
  element: HTMLElement,
  likeness: readonly (readonly number[])[],
  nameOf: (place: number) => string,
  say: (words: string, one: number, other: number) => void,
): void {
  const table = document.createElement("table");
  table.setAttribute("role", "grid");
  table.setAttribute("aria-label", "How alike the texts are, pair by pair");
  const names = likeness.map((_, place) => (place === 0 ? "?" : String(place)));
  table.append(rowOf([heading(""), ...names.map(heading)]));
  likeness.forEach((row, at) => {
    const cells = row.map((value, other) => cellOf(value, `${nameOf(at)} and ${nameOf(other)}`));
    table.append(rowOf([heading(names[at] ?? ""), ...cells]));
  });
  const cells = [...table.querySelectorAll("td")];
  cells[0]?.setAttribute("tabindex", "0");
  for (const kind of ["focusin", "pointerover"]) {
    table.addEventListener(kind, ({ target }) => {
      const place = cells.indexOf(target as HTMLTableCellElement);
      if (place < 0) return;
      say((target as HTMLElement).title, Math.floor(place / likeness.length), place % likeness.length);
    });
  }
  table.addEventListener("keydown", (event) => walk(event, cells, likeness.length));
  element.replaceChildren(table);
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

function cellOf(value: number, pair: string): HTMLElement {
  const cell = document.createElement("td");
  cell.title = `${value.toFixed(2)}: ${pair}`;
  cell.tabIndex = -1;
  cell.style.setProperty("--likeness", `${Math.round(100 * Math.max(0, Math.min(1, value)))}%`);
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
  const place = cells.indexOf(event.target as HTMLElement);
  if (!step || place < 0) return;
  event.preventDefault();
  const row = Math.min(size - 1, Math.max(0, Math.floor(place / size) + step[0]));
  const column = Math.min(size - 1, Math.max(0, (place % size) + step[1]));
  const next = cells[row * size + column];
  cells[place]?.setAttribute("tabindex", "-1");
  next?.setAttribute("tabindex", "0");
  next?.focus();
}
