import { collections } from "./collections.js";
import { element } from "./element.js";
import { showMap } from "./likeness-map.js";
import { search, type Passage } from "./search.js";

const SHOWN = 5;
const form = element("search", HTMLFormElement);
const collection = element("collection", HTMLSelectElement);
const texts = element("texts", HTMLTextAreaElement);
const question = element("question", HTMLInputElement);
const status = element("search-status", HTMLParagraphElement);
const mapStatus = element("map-status", HTMLParagraphElement);
const mapPair = element("map-pair", HTMLDivElement);

/** Fills the form, answers its first question, and from then on every other. */
export function startSearch(): void {
  collection.append(...collections.map(({ name }) => new Option(name)));
  collection.addEventListener("change", () => void pick());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void ask();
  });
  void pick();
}

function pick(): Promise<void> {
  const picked = collections[collection.selectedIndex];
  texts.value = picked?.texts.join("\n") ?? "";
  question.value = picked?.question ?? "";
  return ask();
}

async function ask(): Promise<void> {
  const lines = texts.value.split("\n").filter((line) => line.trim() !== "");
  if (lines.length === 0) {
    status.textContent = "There is nothing to search: write a text, one a line.";
    return;
  }
  const { candidates, ranked, likeness } = await search(question.value, lines);
  show("candidates", candidates, new Map());
  show("ranked", ranked, new Map(candidates.map(({ place }, rank) => [place, rank])));
  const all = [question.value, ...lines];
  showMap(element("map", HTMLDivElement), likeness, nameOf, (words, one, other) => {
    mapStatus.textContent = words;
    mapPair.replaceChildren(...[one, other].map((place) => quoted(all[place] ?? "")));
  });
  mapStatus.textContent = "Point at a square, or walk there, to read its two texts.";
  mapPair.replaceChildren();
  status.textContent = `Best of ${lines.length} texts after reranking: ${ranked[0]?.text ?? "none"}`;
}

function quoted(text: string): HTMLElement {
  const quote = document.createElement("blockquote");
  quote.textContent = text;
  return quote;
}

function nameOf(place: number): string {
  return place === 0 ? "the question" : `text ${place}`;
}

/** @param before - Each text's rank before, if it had one. */
function show(id: string, passages: readonly Passage[], before: ReadonlyMap<number, number>): void {
  const items = passages.slice(0, SHOWN).map((passage, rank) => {
    const item = document.createElement("li");
    const text = document.createElement("span");
    text.textContent = passage.text;
    const score = document.createElement("small");
    score.textContent = `${passage.score.toFixed(3)}${movement(before.get(passage.place), rank)} · text ${passage.place + 1}`;
    item.append(text, score);
    return item;
  });
  element(id, HTMLOListElement).replaceChildren(...items);
}

function movement(before: number | undefined, now: number): string {
  if (before === undefined || before === now) return "";
  return before > now ? ` ▲ from ${before + 1}` : ` ▼ from ${before + 1}`;
}
