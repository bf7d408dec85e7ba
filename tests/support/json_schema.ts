/** Holds values against JSON Schema (2020-12), as far as our own schemas use
 * it: a keyword that is not known here is a fault, so that none is passed over.
 * It needs nothing of any host. */

/** A schema, as JSON. */
export type Schema = Readonly<Record<string, unknown>>;

/** Finds what `$ref` names. */
export type Resolve = (reference: string) => Schema | undefined;

type Check = (
  found: {
    readonly rule: never;
    readonly value: never;
    readonly schema: Schema;
    readonly at: string;
    readonly resolve: Resolve;
  },
) => string[];

/** All that is wrong with `value`, and where. */
export function faultsOf(
  schema: Schema,
  value: unknown,
  resolve: Resolve,
  at = "$",
): string[] {
  return Object.entries(schema).flatMap(([keyword, rule]) => {
    const check = CHECKS[keyword];
    if (check === undefined) return [`${at}: unknown keyword ${keyword}`];
    return check({
      rule: rule as never, // Each check knows its own.
      value: value as never,
      schema,
      at,
      resolve,
    });
  });
}

const SILENT: Check = () => [];

const CHECKS: Readonly<Record<string, Check>> = {
  description: SILENT,
  $id: SILENT,
  $ref: ({ rule, value, at, resolve }) => {
    const target = resolve(rule);
    return target === undefined
      ? [`${at}: ${rule} leads nowhere`]
      : faultsOf(target, value, resolve, at);
  },
  type: ({ rule, value, at }) =>
    [rule].flat().some((type) => isOf(type, value))
      ? []
      : [`${at}: is no ${rule}`],
  enum: ({ rule, value, at }) =>
    (rule as unknown[]).includes(value) ? [] : [`${at}: is none of ${rule}`],
  const: ({ rule, value, at }) =>
    rule === value ? [] : [`${at}: is not ${rule}`],
  pattern: ({ rule, value, at }) =>
    typeof value !== "string" || new RegExp(rule, "u").test(value)
      ? []
      : [`${at}: does not match ${rule}`],
  format: ({ rule, value, at }) =>
    rule === "date-time" && !isNaN(Date.parse(value))
      ? []
      : [`${at}: is no ${rule}`],
  minimum: ({ rule, value, at }) =>
    value >= rule ? [] : [`${at}: below ${rule}`],
  maximum: ({ rule, value, at }) =>
    value <= rule ? [] : [`${at}: above ${rule}`],
  minLength: ({ rule, value, at }) =>
    [...value].length >= rule ? [] : [`${at}: is shorter than ${rule}`],
  maxLength: ({ rule, value, at }) =>
    [...value].length <= rule ? [] : [`${at}: is longer than ${rule}`],
  minItems: ({ rule, value, at }) =>
    (value as unknown[]).length >= rule ? [] : [`${at}: has too few`],
  maxItems: ({ rule, value, at }) =>
    (value as unknown[]).length <= rule ? [] : [`${at}: has too many`],
  items: ({ rule, value, at, resolve }) =>
    !Array.isArray(value)
      ? []
      : (value as unknown[]).flatMap((each, index) =>
        faultsOf(rule, each, resolve, `${at}/${index}`)
      ),
  anyOf: ({ rule, value, at, resolve }) => {
    const all = (rule as Schema[])
      .map((schema) => faultsOf(schema, value, resolve, at));
    return all.some((faults) => faults.length === 0)
      ? []
      : [`${at}: is none of several: ${all.flat().join("; ")}`];
  },
  required: ({ rule, value, at }) =>
    !isOf("object", value) ? [] : (rule as string[])
      .filter((name) => !Object.hasOwn(value, name))
      .map((name) => `${at}: has no ${name}`),
  properties: ({ rule, value, at, resolve }) =>
    !isOf("object", value) ? [] : Object.entries(value)
      .flatMap(([name, each]) =>
        Object.hasOwn(rule, name)
          ? faultsOf(rule[name], each, resolve, `${at}/${name}`)
          : []
      ),
  additionalProperties: ({ rule, value, schema, at }) => {
    if (rule !== false || !isOf("object", value)) return [];
    const known = Object(schema.properties);
    return Object.keys(value)
      .filter((name) => !Object.hasOwn(known, name))
      .map((name) => `${at}: has an unknown ${name}`);
  },
};

function isOf(type: string, value: unknown): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  if (type === "object") {
    return typeof value === "object" && value !== null && !Array.isArray(value);
  }
  const own: string = typeof value;
  return own === type;
}
