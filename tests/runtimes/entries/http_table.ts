/**
 * What Node runs of the table of H1-H21: `workItems()` of the packed package,
 * served by `@hono/node-server`.
 *
 * @module
 */
import type { AddressInfo } from "node:net";
import type { Backend, Host, Packages } from "../../http/table/host.ts";
import { TABLE } from "../../http/table/mod.ts";
import { playAll } from "../../http/table/play.ts";
import { print } from "./process.ts";

/** What is used of the server of Node. */
interface NodeServer {
  address(): AddressInfo | string | null;
  close(done: () => void): unknown;
  closeAllConnections(): void;
}

/** `serve` of `@hono/node-server`. */
export type Serve = (
  options: {
    readonly fetch: (request: Request) => Promise<Response> | Response;
    readonly port: number;
    readonly hostname: string;
  },
  onListen: (info: AddressInfo) => void,
) => NodeServer;

const BACKENDS: readonly Backend[] = ["memory", "durable"];

/** Plays the whole table, and prints a line per case. */
export async function main(packages: Packages, serve: Serve): Promise<void> {
  const host: Host = {
    name: "@hono/node-server",
    cutsUnread: true,
    packages,
    serve: listenWith(serve),
  };
  for (const backend of BACKENDS) {
    for (const [law, cases] of Object.entries(TABLE)) {
      print({ begins: `${law} over ${backend}` });
      for await (const verdict of playAll(cases, { host, backend })) {
        const reason = verdict.deviations.join("; ");
        const outcome = reason === "" ? "ok" : "failed";
        const name = `${backend}: ${verdict.name}`;
        print({ verdict: { name, outcome, reason } });
      }
    }
  }
  print({ ends: true });
}

function listenWith(serve: Serve): Host["serve"] {
  return (fetch) =>
    new Promise((resolve) => {
      const options = { fetch, port: 0, hostname: "127.0.0.1" };
      const server = serve(options, ({ port }) => {
        const close = (): Promise<void> =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections(); // Else it waits for idle ones.
          });
        resolve({ port, close });
      });
    });
}
