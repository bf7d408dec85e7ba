/**
 * The command `doctor`: what works and what does not, from here to the store
 * behind the endpoint.
 *
 * @module
 */
import { ask, readJson, refusalOf } from "./ask.ts";
import type { RemoteCall, RemoteCommand } from "./command.ts";
import { EXIT, Failure, failureOf } from "./failure.ts";
import type { Paper } from "./paper.ts";
import { shownSpan } from "./spans.ts";
import { VERSION } from "../http/version.ts";
import { visible } from "./visible.ts";

/** `doctor` */
export const DOCTOR: RemoteCommand = {
  name: "doctor",
  words: "",
  help: "check runtime, permissions, endpoint, token, store and clocks",
  examples: ["doctor --url https://example.com/work"],
  flags: {},
  count: [0, 0],
  isLocal: false,
  run: doctor,
};

/** Signed webhooks are refused beyond it. */
const SKEW_MAX_MS = 300_000;
/** A Date header has whole seconds. */
const SKEW_SHOWN_MS = 2_000;

/** One thing that was looked at. */
interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly hint?: string | undefined;
  /** What the exit code is if it is not well. */
  readonly exit: number;
}

async function doctor(call: RemoteCall): Promise<number> {
  const checks: Check[] = [runtime(), ...permissions(call)];
  if (checks.every(({ ok }) => ok)) checks.push(...await reach(call));
  if (checks.every(({ ok }) => ok)) {
    checks.push(await look("ready", () => ready(call)));
    const mayLook = await look("authorized", () => authorized(call));
    checks.push(mayLook);
    // Both need the same right: why it is missing is told once.
    if (mayLook.ok) checks.push(await look("version", () => version(call)));
  }
  const wrong = checks.find(({ ok }) => !ok);
  await call.paper.tell(
    {
      ok: wrong === undefined,
      checks: checks.map(({ exit: _, ...check }) => check),
    },
    () => checks.flatMap((check) => linesOf(check, call.paper)),
  );
  return wrong?.exit ?? EXIT.done;
}

function runtime(): Check {
  const { deno, v8, typescript } = Deno.version;
  const detail = `workitem ${VERSION}, Deno ${deno}, V8 ${v8}, TypeScript ` +
    `${typescript}, ${Deno.build.target}`;
  return well("runtime", detail);
}

function permissions({ remote }: RemoteCall): Check[] {
  const { hostname, port, protocol } = remote.url;
  const defaultPort = protocol === "https:" ? 443 : 80;
  const host = `${hostname}:${port || defaultPort}`;
  const env = Deno.permissions.querySync({
    name: "env",
    variable: "WORKITEM_TOKEN",
  });
  const net = Deno.permissions.querySync({ name: "net", host });
  return [
    env.state === "granted"
      ? well("environment", "WORKITEM_TOKEN and WORKITEM_URL are read")
      : well(
        "environment",
        "not read: WORKITEM_TOKEN and WORKITEM_URL say nothing without" +
          " --allow-env=WORKITEM_TOKEN,WORKITEM_URL",
      ),
    net.state === "granted"
      ? well("network", `may connect to ${host}`)
      : ill("network", `may not connect to ${host}`, {
        hint: `Run with --allow-net=${host}.`,
        exit: EXIT.refused,
      }),
  ];
}

/** Does it answer, and does its clock agree? */
async function reach({ remote, host }: RemoteCall): Promise<Check[]> {
  const { clock } = host;
  const began = clock.now();
  try {
    const response = await ask(remote, "/healthz");
    const tookMs = clock.now() - began;
    const here = clock.today() - tookMs / 2;
    await readJson(response);
    if (!response.ok) {
      throw new Failure(EXIT.unreachable, "What answers is no endpoint", {
        hint: "Look whether the URL is that of the endpoint's mount point.",
      });
    }
    const date = Date.parse(response.headers.get("date") ?? "");
    const detail = `${remote.url.href} answers in ${shownSpan(tookMs)}`;
    return [well("reachable", detail), clocks(date, here)];
  } catch (error) {
    return [illOf("reachable", error)];
  }
}

function clocks(there: number, here: number): Check {
  if (Number.isNaN(there)) return well("clocks", "the endpoint tells no time");
  const skewMs = Math.abs(there + 500 - here); // The middle of its second.
  if (skewMs < SKEW_SHOWN_MS) return well("clocks", "they agree");
  const detail = `they are ${shownSpan(skewMs)} apart`;
  if (skewMs < SKEW_MAX_MS) return well("clocks", detail);
  return ill("clocks", detail, {
    hint: "Signed requests are refused from 5 minutes on: set the clocks.",
    exit: EXIT.refused,
  });
}

/** Does it, with its store, take work? */
async function ready({ remote }: RemoteCall): Promise<string> {
  const response = await ask(remote, "/readyz");
  const body = await readJson(response);
  if (!response.ok) throw refusalOf(response, body);
  return "it takes work, and its store answers if it has one";
}

async function authorized({ client, remote }: RemoteCall): Promise<string> {
  const kinds = await client.kinds();
  const names = kinds.map(({ name }) => name).join(", ");
  const how = remote.token === undefined ? "without a token" : "by the token";
  return `${how}; it has the kinds ${names || "(none)"}`;
}

async function version({ remote }: RemoteCall): Promise<string> {
  const response = await ask(remote, "/openapi.json");
  const body = await readJson(response);
  if (!response.ok) throw refusalOf(response, body);
  const { info } = body as { info?: { version?: unknown } }; // Or anything.
  const there = info?.version;
  if (typeof there !== "string") return `here ${VERSION}, it tells none`;
  return there === VERSION ? `${there}, as here` : `${there}, here ${VERSION}`;
}

async function look(
  name: string,
  find: () => Promise<string>,
): Promise<Check> {
  try {
    return well(name, await find());
  } catch (error) {
    return illOf(name, error);
  }
}

function well(name: string, detail: string): Check {
  return { name, ok: true, detail, exit: EXIT.done };
}

function ill(
  name: string,
  detail: string,
  { hint, exit }: { readonly hint: string | undefined; readonly exit: number },
): Check {
  return { name, ok: false, detail, hint, exit };
}

function illOf(name: string, error: unknown): Check {
  const { message, hint, exit } = failureOf(error);
  return ill(name, message, { hint, exit });
}

function linesOf({ name, ok, detail, hint }: Check, paper: Paper): string[] {
  const word = ok ? paper.paint("green", "ok  ") : paper.paint("red", "FAIL");
  const lines = [`${word}  ${name.padEnd(11)}  ${visible(detail)}`];
  if (hint !== undefined) lines.push(`${" ".repeat(19)}${visible(hint)}`);
  return lines;
}
