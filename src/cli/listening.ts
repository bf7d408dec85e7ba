/**
 * The socket of `serve`, and who may talk to it.
 *
 * It is the server of `node:http`, not `Deno.serve`, which is faster but never
 * closes a connection: one whose body comes too slowly would stay open for as
 * long as its client likes, and one that never ends its headers too.
 *
 * @module
 */
import { createAdaptorServer, type ServerType } from "@hono/node-server";
import {
  bearer,
  type Endpoint,
  type RequestRecord,
  workItems,
} from "../http/mod.ts";
import { EXIT, Failure, misuse } from "./failure.ts";
import type { Hosted } from "./hosting.ts";
import type { Host } from "./host.ts";
import { jsonOf, visible } from "./visible.ts";

/** Where to listen. */
export interface Address {
  readonly hostname: string;
  /** `0`: any that is free. */
  readonly port: number;
}

/** How to listen. */
export interface ListeningOptions extends Address {
  readonly token: string | undefined;
  /** Write a line for each request? */
  readonly isLogging: boolean;
}

/** A socket that is open. */
export interface Listening {
  /** As `http://127.0.0.1:8787`. */
  readonly url: string;
  /** Ends streams, lets answers that are on their way end, and closes. */
  close(): Promise<void>;
}

/** Answers that are on their way have so long, once nothing runs any more. */
const CLOSE_MS = 5_000;
/** For the headers of a request. Its body has a limit of its own, which is
 * shorter than that of the whole. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
/** How often connections are looked at. */
const LOOK_EVERY_MS = 1_000;

/** Refuses an address that others can reach, unless there is a token. */
export function checkAddress(
  { hostname }: Address,
  token: string | undefined,
): void {
  if (token !== undefined || isLoopback(hostname)) return;
  throw new Failure(
    EXIT.refused,
    `Refusing to serve on ${hostname} without a token: anyone could enqueue` +
      " and cancel work",
    {
      hint: "Set WORKITEM_TOKEN, of 16 characters or more, or serve on" +
        " 127.0.0.1.",
    },
  );
}

/** Opens the socket. */
export async function listen(
  { source }: Hosted,
  options: ListeningOptions,
  host: Host,
): Promise<Listening> {
  const { hostname, token } = options;
  const place = hostname.includes(":") ? `[${hostname}]` : hostname;
  await checkPermission(options);
  const server = createAdaptorServer({
    fetch: (request) => endpoint.fetch(request),
    overrideGlobalObjects: false,
    serverOptions: {
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      connectionsCheckingInterval: LOOK_EVERY_MS,
    },
  });
  const port = await open(server, options);
  const endpoint: Endpoint = workItems(source, {
    auth: token === undefined ? "none" : bearerOf(token),
    hosts: token === undefined ? ownHosts(place, port) : undefined,
    exposeErrors: token === undefined, // Who asks is at home here.
    onError: (error) => host.note(lineOf(error)),
    onRequest: options.isLogging ? (record) => log(host, record) : undefined,
  });
  return {
    url: `http://${place}:${port}`,
    async close(): Promise<void> {
      endpoint.close(); // Or streams would go on.
      const { clock } = host;
      const timer = clock.startTimer(() => closeAll(server), CLOSE_MS);
      await new Promise((resolve) => server.close(resolve));
      clock.stopTimer(timer);
    },
  };
}

function log(host: Host, record: RequestRecord): void {
  const ms = Math.round(record.ms * 1_000) / 1_000; // To microseconds.
  host.note(jsonOf({ at: today(host), ...record, ms }));
}

/** Asks for it where it can be given. The socket itself would end the process
 * for want of it. */
async function checkPermission({ hostname, port }: Address): Promise<void> {
  const host = port === 0 ? hostname : `${hostname}:${port}`;
  const { state } = await Deno.permissions.request({ name: "net", host });
  if (state === "granted") return;
  throw new Failure(
    EXIT.refused,
    `Cannot listen on ${hostname}:${port}: it may not use the network`,
    { hint: `Run with --allow-net=${host}.` },
  );
}

/** Resolves with the port. */
function open(
  server: ServerType,
  { hostname, port }: Address,
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.on("error", (error: Error & { readonly code?: string }) => {
      reject(unopened(`${hostname}:${port}`, error));
    });
    server.listen(port, hostname, () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : port);
    });
  });
}

function unopened(
  place: string,
  cause: Error & { readonly code?: string },
): Failure {
  return cause.code === "EADDRINUSE"
    ? new Failure(EXIT.unreachable, `${place} is taken by another`, {
      hint: "Name another port with --port, or any that is free: --port 0.",
      cause,
    })
    : new Failure(
      EXIT.unreachable,
      `Cannot listen on ${place}: ${cause.message}`,
      { hint: "Name an address of this machine with --host.", cause },
    );
}

/** Those too that are still being answered. */
function closeAll(server: ServerType): void {
  if ("closeAllConnections" in server) server.closeAllConnections();
}

function bearerOf(token: string): ReturnType<typeof bearer> {
  try {
    return bearer(token);
  } catch (error) { // It says what a token must be, and shows none.
    throw misuse(error instanceof Error ? error.message : "The token is none");
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "::1" ||
    /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

/** Without a token, a page of elsewhere must not reach it under a name of its
 * own that leads here. */
function ownHosts(place: string, port: number): readonly string[] {
  const names = new Set(["localhost", "127.0.0.1", "[::1]", place]);
  return [...names].flatMap((name) =>
    port === 80 ? [name, `${name}:80`] : [`${name}:${port}`]
  );
}

function lineOf(error: unknown): string {
  const why = error instanceof Error ? error.stack ?? error.message : error;
  return `error: ${why}`.split("\n").map(visible).join("\n");
}

function today({ clock }: Host): string {
  return new Date(clock.today()).toISOString();
}
