/**
 * Mistakes that somebody could make in the endpoint, made around it: the fuzzer
 * must notice each of them.
 *
 * @module
 */
import type { Target } from "../../../src/core/target.ts";
import {
  type Authenticator,
  bearer,
  type Principal,
  webhook,
} from "../../../src/http/mod.ts";
import { type Mistake, SECRETS, type SiteName, TOKENS } from "./site.ts";

/** A mistake, with its name. */
export interface Mutant extends Mistake {
  readonly name: string;
}

type Fetch = (request: Request) => Promise<Response>;

/** Changes answers of a status, or of all. */
function answering(
  name: string,
  change: (
    answer: { readonly status: number; readonly text: string },
    request: Request,
  ) => { readonly status?: number; readonly text?: string } | undefined,
): Mutant {
  const around = (fetch: Fetch) => async (request: Request) => {
    const response = await fetch(request);
    const type = response.headers.get("content-type");
    if (type === null || type === "text/event-stream") return response;
    const { status, headers } = response;
    const text = await response.text();
    const { status: newStatus = status, text: newText = text } =
      change({ status, text }, request) ?? {};
    return new Response(newText, { status: newStatus, headers });
  };
  return { name, fetch: around };
}

/** Changes what a target does; all else is as it was. */
function targeting(
  name: string,
  change: (target: Target) => Partial<Target>,
): Mutant {
  const around = (target: Target): Target => {
    const changed = change(target);
    return new Proxy(target, {
      get(_, property): unknown {
        const found = Reflect.get(changed, property) ??
          Reflect.get(target, property, target);
        return typeof found === "function" && !Object.hasOwn(changed, property)
          ? found.bind(target)
          : found;
      },
    });
  };
  return { name, target: around };
}

/** Lets others in, at one of the sites. */
function authenticating(
  name: string,
  site: SiteName,
  auth: Authenticator,
): Mutant {
  return { name, options: (each) => each === site ? { auth } : {} };
}

function withoutProto(message: unknown): unknown {
  if (message === undefined) return undefined;
  return JSON.parse(
    JSON.stringify(message),
    (name, value) => name === "__proto__" ? undefined : value,
  );
}

/** All of them. */
export const MUTANTS: readonly Mutant[] = [
  answering(
    "a path that is not percent-encoded is answered 500",
    ({ status }, { url }) =>
      status === 400 && /%(?![0-9a-f]{2})/i.test(url)
        ? { status: 500 }
        : undefined,
  ),
  answering(
    "an error says which key it was about",
    ({ status, text }, { url }) =>
      status === 400 || status === 404
        ? { text: text.replace('"detail":"', `"detail":"${url} `) }
        : undefined,
  ),
  answering(
    "an error has a stack",
    ({ text }) => ({
      text: text.replace('"hint":"', '"hint":"at Gate.pass (gate.ts:1) '),
    }),
  ),
  answering(
    "an error has no code",
    ({ text }) => ({ text: text.replace('"code":', '"kind":') }),
  ),
  answering(
    "a wrong method is not found",
    ({ status }) => status === 405 ? { status: 404 } : undefined,
  ),
  {
    name: "a page of elsewhere is let in",
    fetch: (fetch) => (request) => {
      request.headers.delete("origin");
      request.headers.delete("sec-fetch-site");
      return fetch(request);
    },
  },
  { name: "JSON may be one deeper", options: () => ({ maxDepth: 33 }) },
  { name: "JSON may have one value more", options: () => ({ maxNodes: 301 }) },
  { name: "an object may have one key more", options: () => ({ maxKeys: 41 }) },
  {
    name: "a body may have one byte more",
    options: () => ({ maxBytes: 4_097 }),
  },
  { name: "a batch may have one entry more", options: () => ({ maxBatch: 9 }) },
  {
    name: "a key is not remembered",
    options: (site) => site === "bearer" ? { idempotencyWindow: 1 } : {},
  },
  {
    name: "nobody is asked who may do what",
    options: () => ({ authorize: () => true }),
  },
  authenticating("a token is enough, whoever's", "bearer", {
    ...bearer(TOKENS),
    authenticate: ({ headers }) =>
      headers.has("authorization") ? { id: "alice" } : undefined,
  }),
  authenticating("a signature is good for ever", "signed", {
    ...webhook({ secrets: SECRETS }),
    mayKnow: () => true,
    async authenticate(credentials): Promise<Principal | undefined> {
      const seconds = credentials.headers.get("webhook-timestamp");
      const nowMs = Number(seconds) * 1_000;
      return await webhook({ secrets: SECRETS })
        .authenticate({ ...credentials, nowMs });
    },
  }),
  authenticating("a signed message may be sent again", "signed", {
    ...webhook({ secrets: SECRETS }),
    async authenticate(credentials): Promise<Principal | undefined> {
      const found = await webhook({ secrets: SECRETS })
        .authenticate(credentials);
      return found && { id: found.id };
    },
  }),
  targeting("an enqueue is lost", (target) => {
    let count = 0;
    return {
      enqueue: async (name, message, options) =>
        ++count % 100 === 0
          ? { outcome: "queued", version: "x" }
          : await target.enqueue(name, message, options),
    };
  }),
  targeting("an enqueue is done twice", (target) => {
    let count = 0;
    return {
      enqueue: async (name, message, options) => {
        if (++count % 100 === 0) await target.enqueue(name, message);
        return await target.enqueue(name, message, options);
      },
    };
  }),
  targeting("a batch comes in the wrong order", (target) => ({
    enqueueMany: async (kind, entries) =>
      (await target.enqueueMany(kind, entries.toReversed())).toReversed(),
  })),
  targeting("keys are normalized", (target) => ({
    enqueue: (name, message, options) =>
      target.enqueue(
        { ...name, key: name.key.normalize("NFC") },
        message,
        options,
      ),
  })),
  targeting("__proto__ is left out of messages", (target) => ({
    enqueue: (name, message, options) =>
      target.enqueue(name, withoutProto(message), options),
  })),
  targeting("an enqueue is never answered", (target) => {
    let count = 0;
    return {
      enqueue: async (name, message, options) =>
        ++count % 100 === 0
          ? await new Promise<never>(() => {})
          : await target.enqueue(name, message, options),
    };
  }),
];
