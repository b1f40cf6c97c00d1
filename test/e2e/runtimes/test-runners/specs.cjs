/**
 * Features of users' tests, for each test runner: fake timers, a mocked `fetch`, nock, msw and reloaded modules.
 *
 * @param runner - `describe`, `it` and so on of the runner, its `spyOn` and `resetModules`, and its fake timers.
 * @param load - Loads a module: `import` or `require`.
 */
module.exports = function specs(
  { describe, it, expect, afterEach, spyOn, resetModules, clock, hasMsw = true },
  load,
) {
  const TEXTS = Array.from({ length: 20 }, (_, place) => `text ${place}`);
  let keys = 0;
  const embedder = async (options) => {
    const { Embedder } = await load("together-retrieval");
    return new Embedder({ model: "m", apiKey: `key-${(keys += 1)}`, batchSize: 2, ...options });
  };
  const bodyFor = ({ input }) => ({
    data: input.map((_, index) => ({ object: "embedding", index, embedding: [index, 1] })),
  });
  const responding = async (_, init) => Response.json(bodyFor(JSON.parse(init.body)));
  const amount = async (subject) => (await subject.embed(TEXTS)).vectors.length;

  afterEach(() => clock.real());

  describe("fake timers", () => {
    it("waits for no timer before and after calls in real time", async () => {
      const subject = await embedder({ fetch: responding });
      const amounts = [await amount(subject)];
      for (let turn = 0; turn < 2; turn++) {
        clock.fake();
        amounts.push(await amount(subject));
        clock.real();
        amounts.push(await amount(subject));
      }
      expect(amounts).toEqual([20, 20, 20, 20, 20]);
    });

    it("advances the reset of a 429", async () => {
      let requests = 0;
      const fetch = async (...call) => {
        requests += 1;
        if (requests > 1) return responding(...call);
        return new Response("{}", { status: 429, headers: { "retry-after": "5" } });
      };
      clock.fake();
      const vectors = (await embedder({ fetch, batchSize: 20 })).embed(TEXTS);
      await clock.advance(4000);
      expect(requests).toBe(1);
      await clock.advance(2000);
      expect((await vectors).vectors.length).toBe(20);
      expect(clock.count()).toBe(0);
    });
  });

  describe("modules that are loaded again", () => {
    it("embeds texts before and after", async () => {
      const before = await load("together-retrieval");
      expect(await amount(await embedder({ fetch: responding }))).toBe(20);
      resetModules();
      expect(await amount(await embedder({ fetch: responding }))).toBe(20);
      const after = await load("together-retrieval");
      const error = await new after.Embedder({ model: "m", apiKey: "k" })
        .embed([""])
        .catch((thrown) => thrown);
      expect(before.isTogetherError(error)).toBe(true);
    });
  });

  describe("mocked global fetch", () => {
    it("returns a Response", async () => {
      const fetch = spyOn(globalThis, "fetch").mockImplementation(responding);
      expect(await amount(await embedder())).toBe(20);
      expect(fetch.mock.calls.length).toBe(10);
      fetch.mockRestore();
    });

    it("causes one error that names fetch, without a retry, if it returns { ok, json }", async () => {
      const mock = async () => ({ ok: true, json: async () => ({ data: [] }) });
      const fetch = spyOn(globalThis, "fetch").mockImplementation(mock);
      const error = await (await embedder()).embed(["a text"]).catch((thrown) => thrown);
      expect(error.code).toBe("invalid_option");
      expect(error.message).toContain("the global `fetch` returned no Response");
      expect(fetch.mock.calls.length).toBe(1);
      fetch.mockRestore();
    });

    it("causes one error that names fetch if it is missing", async () => {
      const { fetch } = globalThis;
      globalThis.fetch = undefined;
      const error = await (await embedder()).embed(["a text"]).catch((thrown) => thrown);
      globalThis.fetch = fetch;
      expect(error.message).toContain("there is no global `fetch`");
    });
  });

  describe("nock", () => {
    it("responds to requests in real time and under fake timers", async () => {
      const nock = (await load("nock")).default;
      if (!nock.isActive()) nock.activate();
      nock.disableNetConnect();
      nock("https://api.together.ai")
        .post("/v1/embeddings")
        .times(20)
        .reply(200, (_, body) => bodyFor(body));
      const subject = await embedder();
      expect(await amount(subject)).toBe(20);
      clock.fake();
      expect(await amount(subject)).toBe(20);
      clock.real();
      expect(nock.isDone()).toBe(true);
      nock.restore();
    });
  });

  // Jest cannot load a dependency of msw as CommonJS before Node 24.9.
  if (!hasMsw) return;
  describe("msw", () => {
    it("responds to requests in real time and under fake timers", async () => {
      const { http, HttpResponse } = await load("msw");
      const { setupServer } = await load("msw/node");
      const server = setupServer(
        http.post("https://api.together.ai/v1/embeddings", async ({ request }) =>
          HttpResponse.json(bodyFor(await request.json())),
        ),
      );
      server.listen({ onUnhandledRequest: "error" });
      const subject = await embedder();
      expect(await amount(subject)).toBe(20);
      clock.fake();
      expect(await amount(subject)).toBe(20);
      clock.real();
      server.use(http.post("https://api.together.ai/v1/embeddings", () => HttpResponse.error()));
      const error = await (await embedder({ maxRetries: 0 })).embed(["a text"]).catch((thrown) => thrown);
      expect(error.code).toBe("connection_failed");
      server.close();
    });
  });
};
