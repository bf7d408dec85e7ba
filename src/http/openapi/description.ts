/**
 * The API as OpenAPI 3.1 describes it, for `/openapi.json`. It is written by
 * hand; the tests hold it against the routes, and all their answers against it.
 *
 * @module
 */
import type { TargetKind } from "../../core/target.ts";
import { VERSION } from "../version.ts";
import { ENQUEUES } from "./enqueues.ts";
import { OPERATIONS } from "./operations.ts";
import { type Operation, PROBLEM } from "./parts.ts";
import type { JsonSchema } from "./schema.ts";
import { SCHEMAS } from "./schemas.ts";

/** What there is, in the words of OpenAPI 3.1. */
export interface Description {
  readonly openapi: "3.1.0";
  readonly jsonSchemaDialect: string;
  readonly info: {
    readonly title: string;
    readonly version: string;
    readonly description: string;
  };
  readonly servers: readonly { readonly url: string }[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, Operation>>>
  >;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly responses: Readonly<Record<string, typeof PROBLEM>>;
    readonly securitySchemes: Readonly<
      Record<string, Readonly<Record<string, string>>>
    >;
  };
}

const DIALECT = "https://json-schema.org/draft/2020-12/schema";

const DESCRIPTION: Description = {
  openapi: "3.1.0",
  jsonSchemaDialect: DIALECT,
  info: {
    title: "Work items",
    version: VERSION,
    description: "Many wake-ups, one run, nothing lost: over HTTP.",
  },
  servers: [{ url: "." }],
  security: [{ bearer: [] }, { webhook: [] }, {}],
  paths: { ...ENQUEUES, ...OPERATIONS },
  components: {
    schemas: SCHEMAS,
    responses: { Problem: PROBLEM },
    securitySchemes: {
      bearer: { type: "http", scheme: "bearer" },
      webhook: {
        type: "apiKey",
        in: "header",
        name: "webhook-signature",
        description: "Standard Webhooks; good for enqueues only.",
      },
    },
  },
};

/** The description of an endpoint whose target has these kinds. */
export function descriptionOf(kinds: readonly TargetKind[]): Description {
  const { components } = DESCRIPTION;
  const messages = kinds.flatMap(({ name, messageSchema }) =>
    messageSchema === undefined ? [] : [[
      `Message.${wordOf(name)}`,
      {
        $id: `urn:workitem:kind:${encodeURIComponent(name)}`,
        ...messageSchema,
      },
    ]]
  );
  const schemas = { ...components.schemas, ...Object.fromEntries(messages) };
  return { ...DESCRIPTION, components: { ...components, schemas } };
}

/** Names in OpenAPI know letters, digits and "-._" only. The underscore begins
 * an escape, so that no two kinds have one name. */
function wordOf(kind: string): string {
  return encodeURIComponent(kind)
    .replaceAll("_", "_5F")
    .replaceAll("%", "_")
    .replaceAll(
      /[!'()*~]/g,
      (sign) => `_${sign.charCodeAt(0).toString(16).toUpperCase()}`,
    );
}
