import { describe, expect, it } from "vitest";
import { REQUESTS, rowsOf, type Row } from "./pages.js";

/** Tests that a row of a page's table is true. */
type Proof = (row: Row) => Promise<void> | void;
export type Proofs = Readonly<Record<string, Proof>>;

/**
 * Adds a test per row of a page's table. pages.slow.ts tests the row with the number of requests, for all pages.
 *
 * @param own - Proofs by first cell. They have precedence over the shared ones.
 */
export function proves(page: string, own: Proofs, shared: Proofs = {}): void {
  const rows = rowsOf(page).filter(({ about }) => about !== REQUESTS);
  describe(`${page}: table of changes`, () => {
    it("has a row for each proof", () => {
      expect(rows.map(({ about }) => about)).toEqual(expect.arrayContaining(Object.keys(own)));
    });

    for (const row of rows) {
      it(`matches ${row.about}: before, ${row.before}; after, ${row.after}`, async () => {
        const proof = own[row.about] ?? shared[row.about];
        if (!proof) throw new Error(`Nothing proves what the page says of "${row.about}"`);
        await proof(row);
      });
    }
  });
}
