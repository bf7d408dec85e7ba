/** The client is a target as its scheduler is: the same contract, over a real
 * socket. */
import { Scheduler } from "../../mod.ts";
import { connect } from "../../src/client/mod.ts";
import { DurableScheduler } from "../../src/durable/mod.ts";
import { bearer, workItems } from "../../src/http/mod.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import {
  type MakeTarget,
  targetContract,
  type TargetHarness,
} from "../support/target_contract.ts";

const TOKEN = "a-token-of-tests";

function over(
  make: (kinds: Parameters<MakeTarget>[0]) => {
    readonly scheduler: Scheduler | DurableScheduler;
    end(): unknown;
  },
): MakeTarget {
  return (kinds): TargetHarness => {
    const { scheduler, end } = make(kinds);
    const endpoint = workItems(scheduler, { auth: bearer(TOKEN) });
    const options = { port: 0, hostname: "127.0.0.1", onListen: () => {} };
    const server = Deno.serve(
      options,
      (request) => endpoint.fetch(request),
    );
    const url = `http://127.0.0.1:${server.addr.port}`;
    const target = connect(url, { token: TOKEN, retry: [] });
    const closeScheduler = (): Promise<unknown> =>
      scheduler.close({ grace: 0 });
    const close = async (): Promise<void> => {
      await closeScheduler();
      endpoint.close();
      await server.shutdown();
      await end();
    };
    return { target, closeScheduler, close };
  };
}

targetContract(
  "of a client, over memory",
  over((kinds) => {
    const scheduler = new Scheduler();
    for (const each of kinds) scheduler.define(each);
    return { scheduler, end: () => {} };
  }),
);
targetContract(
  "of a client, over a store",
  over((kinds) => {
    const store = memoryStore();
    const scheduler = new DurableScheduler({ store, pollInterval: 5 });
    for (const each of kinds) scheduler.define(each);
    return { scheduler, end: () => store.close() };
  }),
);
