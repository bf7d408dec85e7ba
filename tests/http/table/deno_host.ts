/**
 * The table's host in Deno: `Deno.serve`, and the package from its source.
 *
 * @module
 */
import { Hono } from "hono";
import * as core from "../../../mod.ts";
import * as durable from "../../../src/durable/mod.ts";
import * as http from "../../../src/http/mod.ts";
import * as memory from "../../../src/stores/memory.ts";
import type { Host } from "./host.ts";

/** Deno itself. */
export const denoHost: Host = {
  name: "Deno.serve",
  cutsUnread: false,
  packages: { core, durable, memory, http, hono: { Hono } },
  serve: (fetch) => {
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      fetch,
    );
    const { port } = server.addr;
    return Promise.resolve({ port, close: () => server.shutdown() });
  },
};
