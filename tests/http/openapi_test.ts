/** The description of the API: it and the routes are one, and it says what the
 * answers are. */
import { assert, assertEquals } from "@std/assert";
import { descriptionOf } from "../../src/http/openapi/description.ts";
import { ROUTES } from "../../src/http/routes.ts";
import { VERSION } from "../../src/http/version.ts";
import { faultsOf } from "../support/json_schema.ts";
import { lostOf, strangersOf, undescribed } from "../support/openapi_check.ts";
import deno from "../../deno.json" with { type: "json" };

const NOTHING = (): undefined => undefined;

Deno.test("descriptionOf() describes every route, and nothing else", () => {
  assertEquals(strangersOf(ROUTES), []);
});

Deno.test("descriptionOf() describes every parameter of the routes", () => {
  const { paths } = descriptionOf([]);

  for (const { method, path, query = [] } of ROUTES) {
    const template = path.replaceAll(/:(\w+)/g, "{$1}");
    const operation = paths[template]?.[method.toLowerCase()];
    const named = (place: string): string[] =>
      (operation?.parameters ?? []).filter((each) => each.in === place)
        .map(({ name }) => name).sort();
    const segments = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name);

    assertEquals(named("query"), query.toSorted(), `${method} ${path}`);
    assertEquals(named("path"), segments.toSorted(), `${method} ${path}`);
  }
});

Deno.test("descriptionOf() has no reference that leads nowhere", () => {
  assertEquals(lostOf(), []);
});

Deno.test("descriptionOf() names each operation once", () => {
  const ids = Object.values(descriptionOf([]).paths)
    .flatMap((each) => Object.values(each))
    .map(({ operationId }) => operationId);

  assertEquals(ids.length, new Set(ids).size);
});

Deno.test("descriptionOf() tells the version of the package", () => {
  assertEquals(VERSION, deno.version);
  assertEquals(descriptionOf([]).info.version, deno.version);
});

Deno.test("descriptionOf() adds the schemas of kinds, each under its own name", () => {
  const names = ["a/b", "a_b", "a_2Fb", "ä", "a b", "a", "A", "x!", "x_21"];
  const messageSchema = { type: "number" };

  const { schemas } = descriptionOf(
    names.map((name) => ({ name, messageSchema })),
  ).components;
  const added = Object.keys(schemas)
    .filter((name) => name.startsWith("Message."));

  assertEquals(added.length, names.length);
  assert(added.every((name) => /^[\w.-]+$/.test(name)), added.join(" "));
  assertEquals(schemas["Message.a_2Fb"]?.$id, "urn:workitem:kind:a%2Fb");
  assertEquals(schemas["Message.a_2Fb"]?.type, "number");
});

Deno.test("faultsOf() sees what is wrong, and unknown keywords", () => {
  const item = { type: "integer", minimum: 1 };
  const schema = {
    type: "object",
    properties: { a: { type: "array", items: item }, b: { const: 1 } },
    required: ["a"],
    additionalProperties: false,
  };
  const count = (value: unknown): number =>
    faultsOf(schema, value, NOTHING).length;

  assertEquals(count({ a: [1], b: 1 }), 0);
  assertEquals(count({}), 1);
  assertEquals(count({ a: [0] }), 1);
  assertEquals(count({ a: [1.5] }), 1);
  assertEquals(count({ a: [], b: 2 }), 1);
  assertEquals(count({ a: [], c: 1 }), 1);
  assertEquals(count(null), 1);
  assertEquals(faultsOf({ oneOf: [] }, 1, NOTHING).length, 1);
  assertEquals(faultsOf({ $ref: "#/x" }, 1, NOTHING).length, 1);
});

Deno.test("undescribed() sees a wrong status, type, body and header", () => {
  const route = { method: "GET", path: "/healthz" };
  const headers = { "X-Request-Id": "a", "Content-Type": "application/json" };
  const faults = (
    status: number,
    text: string,
    change: Record<string, string> = {},
  ): number => {
    const all = new Headers({ ...headers, ...change });
    return undescribed(route, { status, headers: all, text }).length;
  };

  assertEquals(faults(200, '{"status":"ok"}'), 0);
  assertEquals(faults(201, '{"status":"ok"}'), 1);
  assertEquals(faults(200, '{"status":"no"}'), 1);
  assertEquals(faults(200, '{"status":"ok"}', { "Content-Type": "a/b" }), 1);
  assertEquals(faults(503, '{"status":"ok"}'), 1);
  assertEquals(
    undescribed(route, {
      status: 200,
      headers: new Headers({ "Content-Type": "application/json" }),
      text: '{"status":"ok"}',
    }).length,
    1,
  );
});
