/**
 * The servers of the table: each is an endpoint with other options over a
 * scheduler of its own.
 *
 * @module
 */
import { TOKENS } from "./draft.ts";
import type { Backend, Fetch, Host, Packages } from "./host.ts";
import { makeStage, type Stage } from "./kinds.ts";
import { SECRETS } from "./signing.ts";

type Options = Parameters<Packages["http"]["workItems"]>[1];
type Access = Parameters<NonNullable<Options["authorize"]>>[0];

/** What the access log was told. */
export type Logged = Parameters<NonNullable<Options["onRequest"]>>[0];

/** A server, and all that can be seen of it from inside. */
export interface Site {
  readonly port: number;
  /** What stands before its paths. */
  readonly mount: string;
  readonly stage: Stage;
  /** The access log. */
  readonly logged: readonly Logged[];
  /** What `authorize` was asked. */
  readonly accesses: readonly Access[];
  /** What `onError` of the endpoint was told. */
  readonly errors: readonly unknown[];
  /** Waits until the access log has a request of this trace. */
  logs(trace: string): Promise<Logged>;
  /** Ends the server, then the scheduler. */
  close(): Promise<void>;
}

/** What they are called. */
export type SiteName =
  | "main"
  | "mounted"
  | "closed"
  | "hasty"
  | "dripping"
  | "small"
  | "shallow"
  | "keyed"
  | "forgetful"
  | "rated"
  | "narrow"
  | "streaming"
  | "exposing"
  | "impatient"
  | "open"
  | "crossed"
  | "hooked"
  | "either"
  | "lonely"
  | "patient"
  | "doubtful";

/** How sites differ. */
interface Plan {
  readonly options: (packages: Packages, port: number) => Partial<Options>;
  /** Where it is mounted in a bigger application. */
  readonly mount?: string;
  /** Is the scheduler closed from the beginning? */
  readonly isClosed?: boolean;
}

function plan(options: Partial<Options>): Plan {
  return { options: () => options };
}

/** All sites; what they have in common is in `openSite`. */
const PLANS: Readonly<Record<SiteName, Plan>> = {
  main: plan({}),
  mounted: { options: () => ({}), mount: "/work" },
  closed: { options: () => ({}), isClosed: true },
  /** Time limits that a test can wait for. */
  hasty: plan({ bodyTimeout: 300 }),
  /** Only the minimum rate ends a body here. */
  dripping: plan({ bodyTimeout: 60_000, minRate: 256 }),
  small: plan({ maxBytes: 64, maxBatchBytes: 256, maxBatch: 3 }),
  shallow: plan({ maxDepth: 3, maxNodes: 8, maxKeys: 3 }),
  keyed: plan({ requireIdempotencyKey: true }),
  /** Stored answers are forgotten almost at once. */
  forgetful: plan({ idempotencyEntries: 2 }),
  rated: plan({ rate: { limit: 3, interval: 60_000 } }),
  narrow: plan({ maxInFlight: 1 }),
  streaming: plan({ maxStreams: 1 }),
  exposing: plan({ exposeErrors: true }),
  impatient: plan({ maxWait: 50 }),
  open: {
    options: (_: Packages, port: number) => ({
      auth: "none",
      hosts: [`127.0.0.1:${port}`, "api.example"],
      cors: { origins: ["https://app.example", "http://localhost:3000"] },
    }),
  },
  crossed: plan({ cors: { origins: ["https://app.example"] } }),
  hooked: {
    options: ({ http }: Packages) => ({
      auth: http.webhook({ secrets: SECRETS }),
    }),
  },
  either: {
    options: ({ http }: Packages) => ({
      auth: [http.bearer(TOKENS), http.webhook({ secrets: SECRETS })],
    }),
  },
  lonely: {
    options: ({ http }: Packages) => ({ auth: http.bearer(TOKENS.alice) }),
  },
  /** One request at a time, but four may wait, and eight may watch. */
  patient: plan({ maxInFlight: 1, maxWaiting: 4, maxStreams: 8 }),
  doubtful: {
    options: ({ http }: Packages) => ({
      auth: [http.bearer(TOKENS), http.webhook({ secrets: SECRETS })],
      maxInFlight: 2,
    }),
  },
};

/** Starts a site. */
export async function openSite(
  name: SiteName,
  { host, backend }: { readonly host: Host; readonly backend: Backend },
): Promise<Site> {
  const { packages } = host;
  const { options, mount, isClosed }: Plan = PLANS[name];
  const stage = makeStage(packages, backend);
  if (isClosed) await stage.close();
  const accesses: Access[] = [];
  const errors: unknown[] = [];
  const log = logOf();
  let answer: Fetch = () => new Response(null, { status: 500 });
  const served = await host.serve((request) => answer(request));
  const endpoint = packages.http.workItems(stage.source, {
    auth: packages.http.bearer(TOKENS),
    authorize: (access) => {
      accesses.push(access);
      return mayDo(access);
    },
    onError: (error: unknown) => void errors.push(error),
    onRequest: log.note,
    ...options(packages, served.port),
  });
  answer = mount === undefined
    ? (request) => endpoint.fetch(request)
    : new packages.hono.Hono().mount(mount, endpoint.fetch).fetch;
  return {
    port: served.port,
    mount: mount ?? "",
    stage,
    accesses,
    errors,
    logged: log.all,
    logs: log.waits,
    close: async () => {
      endpoint.close();
      await served.close();
      if (!isClosed) await stage.close();
    },
  };
}

/** Alice may all but what is Bob's; of some keys the check itself fails. */
function mayDo({ principal, kind, key, action }: Access): boolean {
  if (key?.startsWith("broken-")) throw new Error("the check failed");
  if (principal !== "alice") return true;
  if (kind === "secret" || action === "admin") return false;
  return !key?.startsWith("private-");
}

function logOf(): {
  readonly all: Logged[];
  readonly note: (logged: Logged) => void;
  readonly waits: (trace: string) => Promise<Logged>;
} {
  const all: Logged[] = [];
  const waiting: (() => void)[] = [];
  return {
    all,
    note: (logged) => {
      all.push(logged);
      for (const look of waiting) look();
    },
    waits: (trace) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = all.find(({ traceparent }) =>
            traceparent?.includes(trace)
          );
          if (found !== undefined) resolve(found);
        };
        waiting.push(look);
        look();
      }),
  };
}
