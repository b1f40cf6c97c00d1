/**
 * Chroma's server at its default address, inside the process that imports this: as much of its REST API v2 as the real
 * client needs for one collection, which it searches by cosine. The server that `chromadb` brings needs glibc 2.38.
 */

const ADDRESS = "http://localhost:8000/";
const network = globalThis.fetch;
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
    records.push(...ids.map((id, place) => ({ id, embedding: embeddings[place] })));
    return {};
  },
  query: ({ query_embeddings: queries, n_results: most }) => ({
    ids: queries.map((query) => nearest(query, most)),
    include: [],
  }),
};

globalThis.fetch = async (input, init) => {
  const request = new Request(input, init);
  if (!request.url.startsWith(ADDRESS)) return network(input, init);
  const route = ROUTES[request.url.split("/").at(-1)];
  if (!route) return Response.json({ error: "NotFoundError" }, { status: 404 });
  return Response.json(route(request.method === "POST" ? await request.json() : undefined));
};

function nearest(query, most) {
  const near = (record) => cosine(query, record.embedding);
  const sorted = records.toSorted((left, right) => near(right) - near(left));
  return sorted.slice(0, most).map(({ id }) => id);
}

function cosine(left, right) {
  const dot = left.reduce((sum, value, place) => sum + value * right[place], 0);
  return dot / Math.hypot(...left) / Math.hypot(...right);
}
