/** Holds the description of the API against the routes, and answers against the
 * description. It needs nothing of any host. */
import {
  type Description,
  descriptionOf,
} from "../../src/http/openapi/description.ts";
import { pathOf } from "../../src/http/paths.ts";
import { faultsOf, type Resolve, type Schema } from "./json_schema.ts";

/** A route as the table has it, and as a description is asked for it. */
export interface RouteName {
  /** In capital letters. */
  readonly method: string;
  /** As `/v1/items/:kind/:key`. */
  readonly path: string;
}

/** What an answer was. */
export interface Answered {
  readonly status: number;
  readonly headers: Pick<Headers, "get">;
  /** The body. */
  readonly text: string;
}

/** Every description is of this shape. */
type Document = Pick<Description, "paths" | "components">;

/** The route that a request is for, by its path below the endpoint, as it was
 * sent; `undefined` if that is none. */
export function routeAt(
  method: string,
  target: string,
  { paths }: Document = descriptionOf([]),
): RouteName | undefined {
  const path = pathOf({ url: `http://host${target}` });
  const own = method === "HEAD" ? "get" : method.toLowerCase();
  const isWord = (segment: string): boolean => !segment.startsWith("{");
  const words = (template: string): number =>
    template.split("/").filter(isWord).length;
  const found = path.split("/");
  const [best] = Object.keys(paths).filter((template) => {
    const wanted = template.split("/");
    return paths[template]?.[own] !== undefined &&
      wanted.length === found.length &&
      wanted.every((each, at) =>
        isWord(each) ? each === found[at] : found[at] !== ""
      );
  }).sort((a, b) => words(b) - words(a));
  return best === undefined
    ? undefined
    : { method, path: best.replaceAll(/\{(\w+)\}/g, ":$1") };
}

/** Routes that are not described, and descriptions that are of no route. */
export function strangersOf(
  routes: readonly RouteName[],
  { paths }: Document = descriptionOf([]),
): string[] {
  const wanted = routes.map(({ method, path }) =>
    `${method} ${templateOf(path)}`
  );
  const described = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`)
  );
  return [
    ...wanted.filter((each) => !described.includes(each))
      .map((each) => `${each} is not described`),
    ...described.filter((each) => !wanted.includes(each))
      .map((each) => `${each} is no route`),
  ];
}

/** All references of a description that lead nowhere. */
export function lostOf(document: Document = descriptionOf([])): string[] {
  const resolve = resolverOf(document);
  const found: string[] = [];
  const look = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      if (name !== "$ref") look(inner);
      else if (resolve(String(inner)) === undefined) found.push(String(inner));
    }
  };
  look(document);
  return found;
}

/** All that an answer has which its description does not say, or lacks. An
 * answer of no route (404, 405, 204 to OPTIONS) is described nowhere: `route`
 * is `undefined`, and only a problem is looked at. */
export function undescribed(
  route: RouteName | undefined,
  answered: Answered,
  document: Document = descriptionOf([]),
): string[] {
  const { status, headers, text } = answered;
  const resolve = resolverOf(document);
  const answer = answerFor(route, status, document);
  if (typeof answer === "string") return [answer];
  if (answer === undefined) return [];
  const missing = Object.entries(answer.headers ?? {})
    .filter(([name, { required }]) => required && headers.get(name) === null)
    .map(([name]) => `${status} has no ${name}`);
  const content = answer.content;
  const type = headers.get("content-type");
  if (content === undefined) {
    return text === "" ? missing : [...missing, `${status} has a body`];
  }
  const schema = type === null ? undefined : content[type]?.schema;
  if (schema === undefined) return [...missing, `${status} is of type ${type}`];
  const isHead = route === undefined || route.method === "HEAD";
  if (isHead && text === "") return missing;
  const isJson = /[/+]json$/.test(type ?? "");
  const value = isJson ? parsed(text) : text;
  return [...missing, ...faultsOf(schema as Schema, value, resolve)];
}

/** Throws unless an answer is as described. It reads a copy of the body. */
export async function assertDescribed(
  route: RouteName | undefined,
  response: Response,
  document?: Document,
): Promise<void> {
  const { status, headers } = response;
  const isStream = headers.get("content-type") === "text/event-stream";
  const text = isStream ? "" : await response.clone().text();
  const faults = undescribed(route, { status, headers, text }, document);
  if (faults.length === 0) return;
  const name = route === undefined ? "" : `${route.method} ${route.path}: `;
  throw new Error(`${name}${faults.join("\n")}\n${text.slice(0, 500)}`);
}

type Answer = Document["components"]["responses"][string];

function answerFor(
  route: RouteName | undefined,
  status: number,
  { paths, components }: Document,
): Answer | string | undefined {
  const problem = components.responses.Problem;
  if (route === undefined) return status >= 400 ? problem : undefined;
  const method = route.method === "HEAD" ? "GET" : route.method;
  const operation = paths[templateOf(route.path)]?.[method.toLowerCase()];
  if (operation === undefined) {
    return `${method} ${route.path} is not described`;
  }
  const own = operation.responses[status];
  if (own !== undefined && "description" in own) return own;
  return status >= 400 ? problem : `${status} is not described`;
}

function templateOf(path: string): string {
  return path.replaceAll(/:(\w+)/g, "{$1}");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** References within one document. */
function resolverOf(document: Document): Resolve {
  return (reference) => {
    let found: unknown = document;
    for (const name of reference.split("/").slice(1)) {
      found = Object(found)[name];
    }
    return found as Schema | undefined;
  };
}
