/**
 * Emulates Chroma's server at its default address, in the process that imports this module. It has the part of the REST
 * API v2 that Chroma's client needs for one collection, and searches by cosine. `chromadb`'s server needs glibc 2.38.
 */

const ADDRESS = "http://localhost:8000/";
const realFetch = globalThis.fetch;
const records = [];

const ROUTES = {
  identity: () => ({ tenant: "default_tenant", databases: ["default_database"] }),
  "pre-flight-checks": () => ({ max_batch_size: 1000, supports_base64_encoding: false }),
  collections: ({ name, configuration }) => ({
    id: "1",
    name,
    configuration_json: configuration,
    tenant: "default_tenant",
    database: "default_database",
  }),
  add: ({ ids, embeddings }) => {
    records.push(...ids.map((id, index) => ({ id, embedding: embeddings[index] })));
    return {};
  },
  query: ({ query_embeddings: queries, n_results: limit }) => ({
    ids: queries.map((query) => nearest(query, limit)),
    include: [],
  }),
};

globalThis.fetch = async (input, init) => {
  const request = new Request(input, init);
  if (!request.url.startsWith(ADDRESS)) return realFetch(input, init);
  const route = ROUTES[request.url.split("/").at(-1)];
  if (!route) return Response.json({ error: "NotFoundError" }, { status: 404 });
  return Response.json(route(request.method === "POST" ? await request.json() : undefined));
};

function nearest(query, limit) {
  const similarity = (record) => cosine(query, record.embedding);
  const sorted = records.toSorted((left, right) => similarity(right) - similarity(left));
  return sorted.slice(0, limit).map(({ id }) => id);
}

function cosine(left, right) {
  const dot = left.reduce((sum, value, index) => sum + value * right[index], 0);
  return dot / Math.hypot(...left) / Math.hypot(...right);
}
