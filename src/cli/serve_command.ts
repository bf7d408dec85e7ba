/**
 * The command `serve`, as the table of commands knows it: what it needs is only
 * loaded when it is used.
 *
 * @module
 */
import type { LocalCommand } from "./command.ts";
import { PORT_DEFAULT, TOKEN_FLAGS } from "./remote.ts";

/** `serve` */
export const SERVE: LocalCommand = {
  name: "serve",
  words: "<module.ts>",
  help: "host the kinds that a module exports",
  examples: [
    "serve kinds.ts",
    "serve kinds.ts --store work.kv --port 9000",
    "serve kinds.ts --host 0.0.0.0 --token-stdin < token",
  ],
  flags: {
    port: {
      type: "string",
      value: "PORT",
      help: `where to listen; ${PORT_DEFAULT} if nothing is said, 0: any`,
    },
    host: {
      type: "string",
      value: "ADDRESS",
      help: "127.0.0.1 if nothing is said; any that others reach needs a token",
    },
    store: {
      type: "string",
      value: "FILE.kv",
      help: "keep everything in this file; else all ends with the process",
    },
    concurrency: {
      type: "string",
      value: "N",
      help: "how many runs at once; 16 if nothing is said",
    },
    grace: {
      type: "string",
      value: "SPAN",
      help: "what runs has so long when asked to end; 30s if nothing is said",
    },
    lease: {
      type: "string",
      value: "SPAN",
      help: "a process that is silent so long is lost, and its runs are run" +
        " again; 30s if nothing is said, the same for all on a file",
    },
    log: { type: "boolean", help: "a line of JSON on stderr for each request" },
    ...TOKEN_FLAGS,
  },
  count: [1, 1],
  isLocal: true,
  async run(call): Promise<number> {
    const { serve } = await import("./serve.ts");
    return await serve(call);
  },
};
