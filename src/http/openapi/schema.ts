/**
 * JSON Schema (2020-12), as far as the description of the API uses it.
 *
 * @module
 */

/** A schema. Those of users' messages may say more. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly $id?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly (string | number)[];
  readonly const?: string | number | boolean;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

/** Anything. */
export const ANY: JsonSchema = {};
/** A text. */
export const TEXT: JsonSchema = { type: "string" };
/** Yes or no. */
export const FLAG: JsonSchema = { type: "boolean" };
/** How many. */
export const COUNT: JsonSchema = { type: "integer", minimum: 0 };
/** A span of time. */
export const MS: JsonSchema = {
  type: "integer",
  minimum: 0,
  description: "Milliseconds.",
};

/** A text that says what it is. */
export function text(description: string): JsonSchema {
  return { ...TEXT, description };
}

/** One of several words. */
export function oneOf(...words: readonly string[]): JsonSchema {
  return { type: "string", enum: words };
}

/** A list. */
export function listOf(items: JsonSchema): JsonSchema {
  return { type: "array", items };
}

/** One of the schemas that have a name. */
export function the(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

/** An object of these properties and no others; `optional` ones may be absent. */
export function record(
  properties: Readonly<Record<string, JsonSchema>>,
  optional: readonly string[] = [],
): JsonSchema {
  const required = Object.keys(properties)
    .filter((name) => !optional.includes(name));
  return { type: "object", properties, required, additionalProperties: false };
}
