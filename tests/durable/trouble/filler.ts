/** Enqueues until the store refuses, and says why; whenever it is asked it tries
 * once more. */
import { openDenoKvStore } from "../../../src/stores/deno_kv.ts";
import { said } from "./said.ts";
import { wake } from "./wake.ts";

const BYTES = 30_000;
const store = await openDenoKvStore(Deno.args[0], { patience: 500 });
let count = 0;

/** Enqueues one; answers the error, if there was one. */
async function enqueue(): Promise<Error | undefined> {
  const body = new Uint8Array(BYTES);
  const [answer] = await store.enqueue([wake({ id: `${count}`, body })]);
  if (answer instanceof Error) return answer;
  count++;
}

async function fill(): Promise<Error> {
  for (;;) {
    const error = await enqueue();
    if (error !== undefined) return error;
  }
}

// deno-lint-ignore no-console -- It is a program: it prints what it found.
console.log(JSON.stringify({ ...said(await fill()), count }));
for await (const _ of Deno.stdin.readable) {
  const error = await enqueue();
  // deno-lint-ignore no-console -- The same.
  console.log(JSON.stringify({ ...said(error), count }));
}
Deno.exit(0);
