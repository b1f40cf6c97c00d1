import { describe, expect, it } from "vitest";
import { REQUESTS, rowsOf, type Row } from "./pages.js";

/** Shows that a line of a page's table is true. */
type Proof = (row: Row) => Promise<void> | void;
export type Proofs = Readonly<Record<string, Proof>>;

/**
 * A test for each line of a page's table, but for the count of requests, which pages.slow.ts compares for all pages.
 *
 * @param own - By what the line is about; these come before the shared ones.
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
