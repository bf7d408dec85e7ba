/**
 * Real `workerd serve`, over HTTP on the loopback.
 *
 * @module
 */
import { within } from "./child.ts";
import { Gate } from "./gate.ts";
import { showPatterns } from "./show_patterns.ts";
import type { Flavour } from "./pins.ts";
import { check, type Report } from "./report.ts";
import type { Verdict } from "./suite/mod.ts";
import type { Workspace } from "./workspace.ts";

const START_LIMIT_MS = 20_000;
const LOG_LIMIT_MS = 10_000;
const ANSWER_LIMIT_MS = 30_000;

/** A worker that is being served. */
export interface Served {
  /** The text that a page answers, or why it does not. */
  readonly ask: (path: string) => Promise<string>;
  /** What holds its runs. */
  readonly gate: Gate;
  /** Does workerd still run? */
  readonly isAlive: () => boolean;
  /** Waits until workerd has logged it. */
  readonly logs: (part: RegExp) => Promise<unknown>;
}

/** Runs the suite and the patterns in one flavour of workerd. */
export async function runWorkerd(
  flavour: Flavour,
  workspace: Workspace,
): Promise<Report> {
  const beganMs = performance.now();
  const verdicts: Verdict[] = [];
  await serve({ flavour, workspace }, async (served) => {
    verdicts.push(...await runSuite(served), ...await showPatterns(served));
  }).catch((error) => {
    const reason = error instanceof Error ? error.message : String(error);
    verdicts.push({ name: "workerd serves", outcome: "failed", reason });
  });
  return {
    host: `workerd (${flavour.name})`,
    isRequired: true,
    verdicts,
    tookMs: performance.now() - beganMs,
  };
}

async function runSuite({ ask, isAlive }: Served): Promise<readonly Verdict[]> {
  const names = JSON.parse(await ask("/names")) as readonly string[];
  const verdicts: Verdict[] = [];
  for (const [index, name] of names.entries()) {
    if (!isAlive()) break;
    try {
      verdicts.push(JSON.parse(await ask(`/case?index=${index}`)) as Verdict);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      verdicts.push({ name, outcome: "failed", reason });
      if (isTimeout(error)) break; // The isolate hangs: so would all others.
    }
  }
  const last = await check("no rejection was left unhandled", async () => {
    const rejections = await ask("/rejections");
    if (rejections !== "[]") throw new Error(rejections);
  });
  return [...verdicts, last];
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === "TimeoutError";
}

/** Starts workerd, hands it over, and ends it. */
async function serve(
  { flavour, workspace }: {
    readonly flavour: Flavour;
    readonly workspace: Workspace;
  },
  use: (served: Served) => Promise<void>,
): Promise<void> {
  const gate = new Gate();
  const config = `${workspace.folder}/workerd.capnp`;
  await Deno.writeTextFile(config, configOf(flavour, gate.port));
  const child = new Deno.Command(`${workspace.hosts}/workerd/bin/workerd`, {
    args: ["serve", "--verbose", "--control-fd=1", config],
    cwd: workspace.folder,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [log, lines] = [follow(child.stderr), follow(child.stdout)];
  try {
    const port = await within(portOf(lines, child.status), {
      limitMs: START_LIMIT_MS,
      what: "workerd to listen",
    }).catch((error) => {
      throw new Error(`${error.message}\n${log.text()}`);
    });
    const gone = child.status.then(({ code }) => {
      throw new Error(
        `workerd exited with ${code}:\n${log.text().slice(-2_000)}`,
      );
    });
    let isAlive = true;
    gone.catch(() => isAlive = false);
    await use({
      gate,
      isAlive: () => isAlive,
      logs: (part) =>
        within(log.sees(part), {
          limitMs: LOG_LIMIT_MS,
          what: `workerd to log ${part}`,
        }),
      ask: (path) =>
        Promise.race([gone, fetchText(`http://127.0.0.1:${port}${path}`)]),
    });
  } finally {
    end(child);
    await child.status;
    await Promise.all([log.end, lines.end, gate.close()]);
  }
}

function end(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // It had ended by itself.
  }
}

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url, {
    signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}`);
  return text;
}

interface Followed {
  /** All there was so far. */
  readonly text: () => string;
  /** Resolves when `part` has been seen. */
  readonly sees: (part: RegExp) => Promise<RegExpExecArray>;
  /** The end of the stream. */
  readonly end: Promise<void>;
}

/** Reads a stream as it comes. */
function follow(stream: ReadableStream<Uint8Array>): Followed {
  let text = "";
  const watchers: (() => void)[] = [];
  const end = (async () => {
    const decoded = stream.pipeThrough(
      new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>,
    );
    for await (const part of decoded) {
      text += part;
      for (const watch of watchers) watch();
    }
  })();
  return {
    text: () => text,
    end,
    sees: (part) =>
      new Promise((resolve) => {
        const watch = () => {
          const match = part.exec(text);
          if (match !== null) resolve(match);
        };
        watchers.push(watch);
        watch();
      }),
  };
}

async function portOf(
  lines: Followed,
  status: Promise<Deno.CommandStatus>,
): Promise<number> {
  const match = await Promise.race([
    lines.sees(/"event":"listen".*"port":(\d+)/),
    status.then(({ code }) => {
      throw new Error(`workerd exited with ${code}`);
    }),
  ]);
  return Number(match[1]);
}

function configOf(flavour: Flavour, gatePort: number): string {
  const { compatibilityDate, compatibilityFlags } = flavour;
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    ( name = "main", worker = .main ),
    ( name = "gate", external = ( address = "127.0.0.1:${gatePort}", http = () ) ),
  ],
  sockets = [
    ( name = "http", address = "127.0.0.1:0", http = (), service = "main" ),
  ],
);

const main :Workerd.Worker = (
  modules = [ ( name = "worker.mjs", esModule = embed "worker.mjs" ) ],
  compatibilityDate = "${compatibilityDate}",
  compatibilityFlags = ${JSON.stringify(compatibilityFlags)},
  durableObjectNamespaces = [ ( className = "Room", uniqueKey = "room" ) ],
  durableObjectStorage = ( inMemory = void ),
  bindings = [
    ( name = "GATE", service = "gate" ),
    ( name = "ROOMS", durableObjectNamespace = "Room" ),
  ],
);
`;
}
