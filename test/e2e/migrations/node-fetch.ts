/**
 * together-ai 0.16, which `@chroma-core/together-ai` brings along, sends through node-fetch and not through the global
 * `fetch`, where the emulator of a test is. So what reaches its address goes on to the global `fetch`.
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
