import { readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { parse } from "yaml";

/** Together's own statement of four endpoints: where it comes from stands at its top. */
const FILE = new URL("together.yaml", import.meta.url);
const NULL = { type: "null" };
const ID = "https://api.together.ai/openapi";

interface Operation {
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

type Content = Readonly<Record<string, unknown>>;

const specification = parse(readFileSync(FILE, "utf8")) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};

// Not strict: the document mixes the vocabulary of OpenAPI 3.0 (`nullable`) with that of 3.1.
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(inJsonSchema(specification) as object, ID);

export interface Exchange {
  readonly path: string;
  readonly method: string;
}

/** What is wrong with a request, in the validator's words. */
export function complaintsOfRequest(exchange: Exchange, body: unknown): string[] {
  const operation = operationOf(exchange);
  if (!operation) return [`no operation ${exchange.method} ${exchange.path}`];
  if (!operation.requestBody) return [];
  return complaints([...pointer(exchange), "requestBody", "content", "application/json", "schema"], body);
}

/** What is wrong with an answer. A status that the document does not know has to be an error of its shape. */
export function complaintsOfAnswer(exchange: Exchange, status: number, body: unknown): string[] {
  const known = operationOf(exchange)?.responses[String(status)]?.content?.["application/json"];
  if (known === undefined) return complaints(["components", "schemas", "ErrorData"], body);
  const response = ["responses", String(status), "content", "application/json", "schema"];
  return complaints([...pointer(exchange), ...response], body);
}

function operationOf({ path, method }: Exchange): Operation | undefined {
  return specification.paths[path]?.[method.toLowerCase()];
}

function pointer({ path, method }: Exchange): string[] {
  return ["paths", path, method.toLowerCase()];
}

const validators = new Map<string, ValidateFunction>();

function complaints(steps: readonly string[], value: unknown): string[] {
  const place = `${ID}#/${steps
    .map((step) => step.replaceAll("/", "~1"))
    .map(encodeURIComponent)
    .join("/")}`;
  const validate = validators.get(place) ?? ajv.compile({ $ref: place });
  validators.set(place, validate);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || "/"} ${message}`);
}

/** Where the document says `nullable` as OpenAPI 3.0 did, beside a reference, JSON Schema needs other words. */
function inJsonSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(inJsonSchema);
  if (typeof schema !== "object" || schema === null) return schema;
  const { nullable, ...rest } = Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [name, inJsonSchema(value)]),
  );
  if ("type" in rest) return nullable === undefined ? rest : { ...rest, nullable };
  if ("$ref" in rest && nullable === true) return { anyOf: [rest, NULL] };
  const { allOf } = schema as { allOf?: unknown };
  if (!Array.isArray(allOf) || !allOf.some(isNullable)) return rest;
  return { anyOf: [{ allOf: allOf.filter((part) => !isNullable(part)) }, NULL] };
}

function isNullable(part: unknown): boolean {
  return typeof part === "object" && part !== null && "nullable" in part && !("type" in part);
}
