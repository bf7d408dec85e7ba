/** The program of docs/http.md, as somebody would paste it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { deadline } from "@std/async";
import { connect } from "../../src/client/mod.ts";

const ROOT = new URL("../../", import.meta.url);
const TOKEN = "a-token-of-the-tests";
const FLAGS = [
  "run",
  "--no-prompt",
  "--check",
  `--config=${new URL("deno.json", ROOT).pathname}`,
  "--unstable-kv",
  "--allow-net",
  "--allow-env=WORK_TOKEN",
  "--allow-read",
  "--allow-write",
];

/** A program that hangs is a failure, not a wait. */
const LIMIT_MS = 30_000;

/** The program, on any free port, behind an impatient load balancer. */
async function programOf(): Promise<string> {
  const page = await Deno.readTextFile(new URL("docs/http.md", ROOT));
  const [, program = ""] = /## A whole server[^]*?```ts ignore\n([^]*?)```/
    .exec(page) ?? [];
  assertMatch(program, /port: 8787[^]*NOTICE_MS|NOTICE_MS[^]*port: 8787/);
  return program.replace("8787", "0").replace("5_000", "50");
}

/** What the server says first: where it is. */
async function urlOf(stderr: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stderr.getReader();
  let said = "";
  for (;;) {
    const { value, done } = await reader.read();
    assert(!done, `it has ended: ${said}`);
    said += new TextDecoder().decode(value);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
    if (url === undefined) continue;
    await reader.cancel();
    return url;
  }
}

/** Starts the program, and ends it by SIGTERM. */
async function serving(
  folder: string,
  use: (url: string) => Promise<void>,
): Promise<void> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...FLAGS, "server.ts"],
    cwd: folder,
    env: { WORK_TOKEN: TOKEN, NO_COLOR: "1" },
    stdout: "inherit",
    stderr: "piped",
  }).spawn();
  try {
    await use(await deadline(urlOf(child.stderr), LIMIT_MS));
    child.kill("SIGTERM");
    const { code } = await deadline(child.status, LIMIT_MS);
    assertEquals(code, 0);
  } finally {
    try {
      child.kill("SIGKILL");
    } catch { /* It has ended. */ }
    await child.status;
  }
}

Deno.test("the whole server of docs/http.md serves, ends by SIGTERM, and goes on", async () => {
  const folder = await Deno.makeTempDir({ prefix: "whole-" });
  try {
    await Deno.writeTextFile(`${folder}/server.ts`, await programOf());
    const name = { kind: "reindex", key: "acme" };
    await serving(folder, async (url) => {
      const client = connect(`${url}/work`, { token: TOKEN });
      const { result } = await client.request(name, { doc: 7 });
      assertEquals(await result, [7]);
      await client.enqueue(name, { doc: 8 }, { delay: 3_600_000 });
      const page = await fetch(url);
      assertEquals(await page.text(), "Work is taken at /work.");
      const closed = await fetch(`${url}/work/v1/kinds`);
      await closed.body?.cancel();
      assertEquals(closed.status, 401);
    });
    await serving(folder, async (url) => {
      const client = connect(`${url}/work`, { token: TOKEN });
      assertEquals(await client.kind("reindex").request("acme"), [8]);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
