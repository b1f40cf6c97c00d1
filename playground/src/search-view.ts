import { searchCode } from "./code.js";
import { codeBlock } from "./code-block.js";
import { collections } from "./collections.js";
import { element } from "./element.js";
import { MIN_SCORE, search, type Found, type Passage } from "./search.js";
import { showMap } from "./similarity-map.js";

const SHOWN = 5;
const form = element("search", HTMLFormElement);
const collection = element("collection", HTMLSelectElement);
const texts = element("texts", HTMLTextAreaElement);
const question = element("question", HTMLInputElement);
const status = element("search-status", HTMLParagraphElement);
const mapStatus = element("map-status", HTMLParagraphElement);
const mapPair = element("map-pair", HTMLDivElement);
const showCode = codeBlock("search-code");

/** Fills the form, searches once, and searches again for each question. */
export function startSearch(): void {
  collection.append(...collections.map(({ name }) => new Option(name)));
  collection.addEventListener("change", () => pick("question"));
  element("answered", HTMLButtonElement).addEventListener("click", () => pick("question"));
  element("unanswered", HTMLButtonElement).addEventListener("click", () => pick("unanswered"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void ask();
  });
  pick("question");
}

/** Restores the texts of the collection, and asks one of its questions. */
function pick(which: "question" | "unanswered"): void {
  const picked = collections[collection.selectedIndex];
  texts.value = picked?.texts.join("\n") ?? "";
  question.value = picked?.[which] ?? "";
  void ask();
}

async function ask(): Promise<void> {
  const asked = question.value;
  const lines = texts.value.split("\n").filter((line) => line.trim() !== "");
  if (lines.length === 0) {
    status.textContent = "There is no text to search. Write one text per line.";
    return;
  }
  const found = await search(asked, lines);
  showPassages("candidates", found.candidates, new Map());
  showPassages("ranked", found.ranked, new Map(found.candidates.map(({ index }, rank) => [index, rank])));
  showSimilarities(found, [asked, ...lines]);
  showCode(searchCode(asked, lines));
  status.replaceChildren(...verdict(found.ranked));
}

function verdict([best]: readonly Passage[]): (string | HTMLElement)[] {
  if (best && best.score >= MIN_SCORE) return ["Best passage: ", strong(best.text)];
  const score = best?.score.toFixed(2) ?? "0.00";
  return [
    strong("No passage answers this question."),
    ` The best rerank score is ${score}, below the threshold of ${MIN_SCORE.toFixed(2)}.`,
  ];
}

function strong(text: string): HTMLElement {
  const node = document.createElement("strong");
  node.textContent = text;
  return node;
}

function showSimilarities({ similarities, candidates }: Found, all: readonly string[]): void {
  const describe = (words: string, one: number, other: number): void => {
    mapStatus.textContent = words;
    mapPair.replaceChildren(...[one, other].map((at) => quoted(all[at] ?? "")));
  };
  const nearest = (candidates[0]?.index ?? 0) + 1;
  showMap(element("map", HTMLDivElement), similarities, nameOf, describe, [0, nearest]);
}

function quoted(text: string): HTMLElement {
  const quote = document.createElement("blockquote");
  quote.textContent = text;
  return quote;
}

function nameOf(at: number): string {
  return at === 0 ? "the question" : `text ${at}`;
}

/** @param before - Rank of each text in the vector search; empty for the vector search. */
function showPassages(id: string, passages: readonly Passage[], before: ReadonlyMap<number, number>): void {
  const items = passages.slice(0, SHOWN).map(({ text, index, score }, rank) => {
    const item = document.createElement("li");
    if (before.size > 0) item.className = score >= MIN_SCORE ? "answer" : "below";
    const words = document.createElement("span");
    words.textContent = text;
    const bar = document.createElement("i");
    bar.className = "bar";
    bar.style.setProperty("--share", `${Math.round(100 * Math.max(0, Math.min(1, score)))}%`);
    const details = document.createElement("small");
    details.textContent = `${score.toFixed(3)} · text ${index + 1}${movement(before.get(index), rank)}`;
    item.append(words, bar, details);
    return item;
  });
  element(id, HTMLOListElement).replaceChildren(...items);
}

function movement(before: number | undefined, now: number): string {
  if (before === undefined || before === now) return "";
  return ` · ${before > now ? "▲" : "▼"} from rank ${before + 1}`;
}
