/** `serve` as a process: who is let in, and how it ends. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { connect } from "../../src/client/mod.ts";
import { EXIT } from "../../src/cli/failure.ts";
import { KINDS, run, Served, Started, tell } from "./stage.ts";

const TWINS = new URL("twins.ts", import.meta.url).href;
const TOKEN = "t0ken-of-the-tests-only";

async function withFolder(use: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempDir({ prefix: "workitem-cli-" });
  try {
    await use(path);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

/** Permissions to serve on a store in a folder. */
function storing(folder: string): readonly string[] {
  return [
    "--unstable-kv",
    "--allow-net=127.0.0.1",
    "--allow-read",
    `--allow-write=${folder}`,
    "--allow-env=WORKITEM_TOKEN,TERM",
  ];
}

async function statusOf(
  url: string,
  headers: Record<string, string> = {},
): Promise<number> {
  const response = await fetch(url, { headers });
  await response.body?.cancel();
  return response.status;
}

Deno.test("serve says on one line what it serves, where, how kept and for whom", async () => {
  await using served = new Started(["serve", KINDS, "--port", "0"]);

  const line = await served.err.until(/^serving /);

  assertMatch(
    line,
    /^serving (?:[a-z/%]+, ){6}[a-z/%]+ at http:\/\/127\.0\.0\.1:\d+ \(in memory alone; no token, for this machine alone\)$/,
  );
  assertEquals(served.err.all[0], "no kinds: helper");
  assertEquals(served.out.all, []);
});

Deno.test("serve without a token answers under the names of this machine alone", async () => {
  await using served = new Served();
  const { url, auth, kinds } = await served.greeting();
  const { port } = new URL(url);

  assertEquals([auth, kinds.length], ["none", 7]);
  assertEquals(await statusOf(`${url}/v1/kinds`), 200);
  const evil = await rawStatus(port, "evil.example");
  assertEquals(evil, 421);
  assertEquals(await rawStatus(port, `localhost:${port}`), 200);
});

/** `fetch` would write its own `Host`. */
async function rawStatus(port: string, host: string): Promise<number> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: +port });
  const request = `GET /v1/kinds HTTP/1.1\r\nHost: ${host}\r\n` +
    "Connection: close\r\n\r\n";
  await connection.write(new TextEncoder().encode(request));
  const text = await new Response(connection.readable).text();
  return Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]);
}

Deno.test("serve with a token lets nobody else in, and shows it to nobody", async () => {
  const env = { WORKITEM_TOKEN: TOKEN };
  await using served = new Served(["--log"], { env });
  const { url, auth } = await served.greeting();

  const without = await run(["ls", "--url", url]);
  const wrong = await run(["ls", "--url", url], {
    env: { WORKITEM_TOKEN: "not-the-token-at-all" },
  });
  const byEnv = await run(["ls", "--url", url], { env });
  const byStdin = await run(["ls", "--url", url, "--token-stdin"], {
    stdin: `${TOKEN}\n`,
  });
  const doctor = await run(["doctor", "--url", url], { env });
  const line = await served.err.until(/"status":200/);
  served.child.kill("SIGTERM");
  await served.code();

  assertEquals(auth, "bearer");
  assertEquals(
    [without, wrong, byEnv, byStdin, doctor].map(({ code }) => code),
    [EXIT.refused, EXIT.refused, 0, 0, 0],
  );
  const { at, route, status, principal } = JSON.parse(line);
  assertEquals([route, status, principal], ["/v1/kinds", 200, "bearer"]);
  assertEquals(new Date(at).toISOString(), at);
  const said = [without, wrong, byEnv, byStdin, doctor]
    .flatMap(({ out, err }) => [out, err])
    .concat(served.out.all, served.err.all).join();
  assertEquals(said.includes(TOKEN), false);
  assertEquals(said.includes("not-the-token-at-all"), false);
});

Deno.test("serve refuses what it cannot do, each with its exit code, and says what to do", async () => {
  const cases: [number, RegExp, string[], Record<string, string>?][] = [
    [EXIT.refused, /without a token.*\n.*WORKITEM_TOKEN/, [
      KINDS,
      "--host",
      "0.0.0.0",
    ]],
    [EXIT.refused, /without a token/, [KINDS, "--host", "[::]"]],
    [EXIT.usage, /never taken from a flag/, [KINDS, "--token", TOKEN]],
    [EXIT.usage, /16 to 1024 characters/, [KINDS, "--port", "0"], {
      WORKITEM_TOKEN: "short",
    }],
    [EXIT.usage, /Cannot load .*nowhere\.ts/, ["./nowhere.ts"]],
    [EXIT.usage, /exports no kind: .*VERSION/, ["src/http/version.ts"]],
    [EXIT.usage, /--port must be/, [KINDS, "--port", "70000"]],
    [EXIT.usage, /--grace must be/, [KINDS, "--grace", "soon"]],
    [EXIT.usage, /--lease is of a store/, [KINDS, "--lease", "5s"]],
    [EXIT.usage, /--lease must be 1\.0 s or more/, [
      KINDS,
      "--store",
      "never.kv",
      "--lease",
      "10ms",
    ]],
    [EXIT.usage, /Two kinds of the module are called "add"/, [TWINS]],
    [EXIT.usage, /serve takes <module\.ts>/, []],
  ];

  const ends = await Promise.all(
    cases.map(([, , args, env = {}]) => run(["serve", ...args], { env })),
  );

  ends.forEach(({ code, out, err }, index) => {
    const [exit, pattern] = cases[index] ?? [];
    assertEquals([code, out], [exit, ""], err);
    assertMatch(err, pattern ?? /^$/);
    assertEquals(/short|t0ken/.test(err), false);
  });
});

Deno.test("serve says what is in the way: a port that is taken, a flag that is missing", async () => {
  await using served = new Served();
  const { port } = new URL(await served.url());

  const [taken, flagless, closed] = await Promise.all([
    run(["serve", KINDS, "--port", port]),
    run(["serve", KINDS, "--store", "never.kv"], {
      deno: ["--config=tests/cli/plain.json", "--allow-read"],
    }),
    run(["serve", KINDS, "--port", "0"], { deno: ["--allow-read"] }),
  ]);

  assertEquals(taken.code, EXIT.unreachable);
  assertMatch(taken.err, /is taken.*\n.*--port 0/);
  assertEquals(flagless.code, EXIT.unreachable);
  assertMatch(flagless.err, /--unstable-kv/);
  assertEquals(closed.code, EXIT.refused);
  assertMatch(closed.err, /--allow-net=127\.0\.0\.1/);
});

Deno.test("SIGTERM under load: what runs ends, all who were answered 202 are run after a restart", async () => {
  await withFolder(async (folder) => {
    const args = ["--store", `${folder}/new/work.kv`, "--grace", "5s"];
    const deno = storing(folder);
    const accepted: number[] = [];
    {
      await using served = new Served(args, { deno });
      const url = await served.url();
      let isEnding = false;
      let next = 0;
      const load = Array.from({ length: 8 }, async () => {
        while (!isEnding) {
          const n = next++;
          const status = await post(
            `${url}/v1/items/add/k${n % 5}/messages`,
            n,
          );
          if (status === 202) accepted.push(n);
          else isEnding = true;
          if (accepted.length === 100) served.child.kill("SIGTERM");
        }
      });
      await Promise.all(load);
      assertEquals(await served.code(), EXIT.done);
      await served.err.until(/^draining/);
      await served.err.until(/what is owed is kept$/);
    }
    await using again = new Served(args, { deno });
    const url = await again.url();

    const seen: number[] = [];
    for (let index = 0; index < 5; index++) {
      const name = `add/k${index}`;
      seen.push(...JSON.parse(await told(url, name)));
    }

    assert(accepted.length >= 100);
    assertEquals(accepted.filter((n) => !seen.includes(n)), []);
    assertEquals(new Set(seen).size, seen.length, "one was booked twice");
  });
});

Deno.test("kill -9 during a run: it is run again after --lease, and who waits gets the result", async () => {
  await withFolder(async (folder) => {
    const args = ["--store", `${folder}/work.kv`, "--lease", "1s"];
    const deno = storing(folder);
    const path = `${folder}/result`;
    const name = { kind: "file", key: "a" };
    await using served = new Served(args, { deno });
    const url = await served.url();
    const client = connect(url);

    const { result } = await client.request(name, path);
    while ((await client.inspect(name))?.state !== "running");
    served.child.kill("SIGKILL");
    await served.code();
    await Deno.writeTextFile(path, "seven");
    const { port } = new URL(url);
    await using again = new Served([...args, "--port", port], { deno });
    await again.url();

    assertEquals(await result, "seven");
  });
});

/** What an item has seen, when all that it was sent has been run. */
async function told(url: string, name: string): Promise<string> {
  const { code, out } = await run(["enqueue", name, "--wait", "--url", url]);
  assertEquals(code, 0);
  return out;
}

/** `undefined`: there was no answer. */
async function post(
  url: string,
  message: unknown,
): Promise<number | undefined> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(message),
    });
    await response.body?.cancel();
    return response.status;
  } catch {
    return undefined;
  }
}

Deno.test("while it drains it refuses work, says so to /readyz, and answers who waits", async () => {
  await using served = new Served(["--grace", "20s"]);
  const url = await served.url();
  await tell(url, ["enqueue", "endless/a"]);

  served.child.kill("SIGTERM");
  await served.err.until(/^draining/);

  assertEquals(await statusOf(`${url}/readyz`), 503);
  assertEquals(await statusOf(`${url}/healthz`), 200);
  assertEquals(await post(`${url}/v1/items/add/a/messages`, 1), 503);
  await tell(url, ["cancel", "endless/a", "--running"]);
  assertEquals(await served.code(), EXIT.done);
});

Deno.test("when the grace is over, runs are aborted, and it is said what was left", async () => {
  await using served = new Served(["--grace", "0"]);
  const url = await served.url();
  await tell(url, ["enqueue", "endless/a"]);
  await tell(url, ["enqueue", "add/b", "1", "--delay", "1h"]);

  served.child.kill("SIGINT");

  assertEquals(await served.code(), EXIT.done);
  await served.err.until(/^1 item aborted: endless\/a$/);
  await served.err.until(/^1 item lost, never begun: add\/b$/);
});

Deno.test("a second signal ends it at once", async () => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    await using served = new Served();
    await tell(await served.url(), ["enqueue", "deaf/a"]);

    const { code } = await served.press(signal);

    assertEquals(
      code,
      signal === "SIGINT" ? EXIT.interrupted : EXIT.terminated,
    );
  }
});
