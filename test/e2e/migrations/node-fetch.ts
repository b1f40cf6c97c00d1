/**
 * Forwards requests of node-fetch to the global `fetch`, which a test replaces by its emulator. together-ai 0.16, a
 * dependency of `@chroma-core/together-ai`, sends with node-fetch.
 */

import nock from "nock";
import { afterAll, beforeAll } from "vitest";

const ADDRESS = "https://api.together.xyz";

beforeAll(() => {
  nock(ADDRESS)
    .persist()
    .post(/./)
    .reply(async function (path, body) {
      const headers = this.req.headers as Record<string, string>;
      const response = await fetch(`${ADDRESS}${path}`, {
        method: "POST",
        headers,
        body: JSON.stringify(body),
      });
      return [response.status, await response.text(), Object.fromEntries(response.headers)];
    });
});

afterAll(() => nock.restore());
