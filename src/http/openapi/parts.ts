/**
 * The pieces that operations of the description are put together from.
 *
 * @module
 */
import { type JsonSchema, TEXT, the } from "./schema.ts";

/** A parameter of a path, a query or a header. */
export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly description: string;
  readonly schema: JsonSchema;
}

/** A header of an answer. */
export interface Header {
  readonly description: string;
  readonly required: boolean;
  readonly schema: JsonSchema;
}

/** Bodies by their media types. */
export type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;

/** An answer. */
export interface Answer {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Header>>;
  readonly content?: Content;
}

/** What can be asked with one method at one path. */
export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: Content;
  };
  /** Those of success; all others are problems. */
  readonly responses: Readonly<
    Record<string, Answer | { readonly $ref: string }>
  >;
  /** Empty: it needs nobody. */
  readonly security?: readonly [];
}

const REQUEST_ID: Header = {
  description: "Names the request, for who looks into logs.",
  required: true,
  schema: TEXT,
};

/** A problem, whatever it is. */
export const PROBLEM: Answer = {
  description: "Refused: the body says why.",
  headers: { "X-Request-Id": REQUEST_ID },
  content: { "application/problem+json": { schema: the("Problem") } },
};

/** An answer with a body of JSON. */
export function answer(
  description: string,
  schema: JsonSchema,
  headers: Readonly<Record<string, Header>> = {},
): Answer {
  return {
    description,
    headers: { "X-Request-Id": REQUEST_ID, ...headers },
    content: { "application/json": { schema } },
  };
}

/** An answer with a body of another type. */
export function other(description: string, type: string): Answer {
  return {
    description,
    headers: { "X-Request-Id": REQUEST_ID },
    content: { [type]: { schema: TEXT } },
  };
}

/** An answer without a body. */
export function nothing(
  description: string,
  headers: Readonly<Record<string, Header>> = {},
): Answer {
  return { description, headers: { "X-Request-Id": REQUEST_ID, ...headers } };
}

/** A header that an answer has. */
export function header(description: string, required = true): Header {
  return { description, required, schema: TEXT };
}

/** These answers, and problems. */
export function responses(
  answers: Readonly<Record<string, Answer>>,
): Operation["responses"] {
  return { ...answers, default: { $ref: "#/components/responses/Problem" } };
}

/** A parameter of the query. */
export function query(
  name: string,
  description: string,
  schema: JsonSchema = TEXT,
): Parameter {
  return { name, in: "query", required: false, description, schema };
}

/** A header of the request. */
export function asked(name: string, description: string): Parameter {
  return { name, in: "header", required: false, description, schema: TEXT };
}

/** Part of a path: one segment, percent-encoded. */
export function named(name: string, description: string): Parameter {
  return { name, in: "path", required: true, description, schema: TEXT };
}

/** The kind of the path. */
export const KIND: Parameter = named("kind", "The name of the kind.");
/** The key of the path. */
export const KEY: Parameter = named("key", "The key of the item.");
