import { readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { parse } from "yaml";

/** Together's OpenAPI document, for four endpoints. The top of the file names its source. */
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

// Not strict, because the document mixes keywords of OpenAPI 3.0 (`nullable`) and 3.1.
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(inJsonSchema(specification) as object, ID);

export interface Exchange {
  readonly path: string;
  readonly method: string;
}

/** Returns the validator's errors in a request. */
export function errorsInRequest(exchange: Exchange, body: unknown): string[] {
  const operation = operationOf(exchange);
  if (!operation) return [`no operation ${exchange.method} ${exchange.path}`];
  if (!operation.requestBody) return [];
  return errorsAt([...pointer(exchange), "requestBody", "content", "application/json", "schema"], body);
}

/** Returns the validator's errors in a response. The body of an undocumented status must match `ErrorData`. */
export function errorsInResponse(exchange: Exchange, status: number, body: unknown): string[] {
  const known = operationOf(exchange)?.responses[String(status)]?.content?.["application/json"];
  if (known === undefined) return errorsAt(["components", "schemas", "ErrorData"], body);
  const response = ["responses", String(status), "content", "application/json", "schema"];
  return errorsAt([...pointer(exchange), ...response], body);
}

function operationOf({ path, method }: Exchange): Operation | undefined {
  return specification.paths[path]?.[method.toLowerCase()];
}

function pointer({ path, method }: Exchange): string[] {
  return ["paths", path, method.toLowerCase()];
}

const validators = new Map<string, ValidateFunction>();

function errorsAt(steps: readonly string[], value: unknown): string[] {
  const place = `${ID}#/${steps
    .map((step) => step.replaceAll("/", "~1"))
    .map(encodeURIComponent)
    .join("/")}`;
  const validate = validators.get(place) ?? ajv.compile({ $ref: place });
  validators.set(place, validate);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || "/"} ${message}`);
}

/** Converts the `nullable` of OpenAPI 3.0 to JSON Schema, where the document has it next to a reference. */
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
