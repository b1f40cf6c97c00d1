/** Draws random values, the same ones for the same seed. */

import { seededRandom } from "../../../../src/emulator/index.js";

export class Chance {
  readonly random: () => number;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  holds(share: number): boolean {
    return this.random() < share;
  }

  /** Draws an integer. All are equally likely. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.random() * (most - least + 1));
  }

  /** Draws an integer. All orders of magnitude are equally likely: 1 to 10 is as likely as 10 to 100. */
  spread(least: number, most: number): number {
    return Math.floor(least * ((most + 1) / least) ** this.random());
  }

  pick<Item>(list: readonly Item[]): Item {
    return list[this.whole(0, list.length - 1)] as Item;
  }

  /** Draws a name by weight. */
  kind<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    const entries = Object.entries(weights) as [Name, number][];
    let left = this.random() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    const found = entries.find(([, weight]) => (left -= weight) < 0);
    return (found ?? (entries[0] as [Name, number]))[0];
  }

  times<Item>(amount: number, draw: (index: number) => Item): Item[] {
    return Array.from({ length: amount }, (_, index) => draw(index));
  }

  /** Draws a value with this probability, and otherwise returns `undefined`. */
  maybe<Item>(share: number, draw: () => Item): Item | undefined {
    return this.holds(share) ? draw() : undefined;
  }
}
