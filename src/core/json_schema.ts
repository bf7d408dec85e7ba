/**
 * What a schema of messages says of itself, for people and programs that send
 * them from afar.
 *
 * @module
 */
import type { Schema } from "./schema.ts";

/** What a schema may have besides what checks: Standard JSON Schema. */
interface Told {
  readonly jsonSchema?: {
    readonly input?: (options: { readonly target: string }) => unknown;
  };
}

/** The JSON Schema of what `schema` takes, if it can tell. */
export function jsonSchemaOf(
  schema: Schema<unknown> | undefined,
): Readonly<Record<string, unknown>> | undefined {
  const told: unknown = schema?.["~standard"];
  const { jsonSchema } = (told ?? {}) as Told; // Not all have it.
  if (typeof jsonSchema?.input !== "function") return undefined;
  try {
    const made = jsonSchema.input({ target: "draft-2020-12" });
    const isObject = typeof made === "object" && made !== null;
    return isObject ? { ...made } : undefined;
  } catch {
    return undefined; // There are no words for it: JSON Schema is not needed.
  }
}
