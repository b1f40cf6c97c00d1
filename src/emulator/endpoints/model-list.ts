import type { EmulatedModel } from "../models.js";
import { jsonResponse } from "../response.js";
import type { EmulatedEndpoint } from "./endpoint.js";

/** `GET /v1/models`: a plain list, not `{ data: [...] }` as in OpenAI's API. */
export const modelList: EmulatedEndpoint = {
  path: "/models",
  versions: ["v1"],
  method: "GET",
  texts: () => [],
  prepare(_body, { models }) {
    return () => jsonResponse(200, Object.entries(models).map(describe));
  },
};

function describe([id, model]: [string, EmulatedModel]): object {
  const { organization, name } = partsOf(id);
  return {
    id,
    object: "model",
    created: 0,
    type: model.type,
    display_name: name,
    organization,
    ...(model.maxTokens !== undefined && { context_length: model.maxTokens }),
  };
}

/** Splits `"<organization>/<name>"`. */
export function partsOf(id: string): { readonly organization: string; readonly name: string } {
  const [organization = id] = id.split("/");
  return { organization, name: id.slice(id.indexOf("/") + 1) };
}
