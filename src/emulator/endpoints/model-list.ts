import type { EmulatedModel } from "../models.js";
import { jsonResponse } from "../response.js";
import type { EmulatedEndpoint } from "./endpoint.js";

/** `GET /v1/models`: a plain list, not `{ data: [...] }` as in OpenAI's API. */
export const modelList: EmulatedEndpoint = {
  path: "/models",
  method: "GET",
  texts: () => [],
  prepare(_body, { models }) {
    return () => jsonResponse(200, Object.entries(models).map(describe));
  },
};

function describe([id, model]: [string, EmulatedModel]): object {
  const [organization = id] = id.split("/");
  return {
    id,
    object: "model",
    created: 0,
    type: model.type,
    display_name: id.slice(id.indexOf("/") + 1),
    organization,
    ...(model.maxTokens !== undefined && { context_length: model.maxTokens }),
  };
}
