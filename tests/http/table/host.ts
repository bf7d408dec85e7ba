/**
 * What a runtime has to hand in, so that the table can run there.
 *
 * @module
 */
import type { Hono } from "hono";
import type * as core from "../../../mod.ts";
import type * as durable from "../../../src/durable/mod.ts";
import type * as http from "../../../src/http/mod.ts";
import type * as memory from "../../../src/stores/memory.ts";

/** The package, from its source or as it was packed. */
export interface Packages {
  readonly core: Pick<typeof core, "Scheduler" | "type">;
  readonly durable: Pick<typeof durable, "DurableScheduler">;
  readonly memory: Pick<typeof memory, "memoryStore">;
  readonly http: Pick<typeof http, "bearer" | "webhook" | "workItems">;
  readonly hono: { readonly Hono: typeof Hono };
}

/** What answers requests. */
export type Fetch = (request: Request) => Promise<Response> | Response;

/** A server that listens on loopback. */
export interface Served {
  readonly port: number;
  close(): Promise<void>;
}

/** A runtime. */
export interface Host {
  /** As `"Deno.serve"`. */
  readonly name: string;
  readonly packages: Packages;
  /** Does it close a connection whose request it has answered with `Connection:
   * close`, while the body still comes? `Deno.serve` waits for the rest of the
   * body, for as long as the caller likes (Deno 2.9.6). */
  readonly cutsUnread: boolean;
  /** Listens on a free port of 127.0.0.1. */
  serve(fetch: Fetch): Promise<Served>;
}

/** Over which scheduler. */
export type Backend = "memory" | "durable";
