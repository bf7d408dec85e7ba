/**
 * Plays cases on sites, and tells all deviations.
 *
 * @module
 */
import type { Case, Draft, Expectation, Mark, Scene, Step } from "./case.ts";
import { faultsByDescription } from "./described.ts";
import { bytesOf, ENQUEUE, marked, markOf } from "./draft.ts";
import type { Backend, Host } from "./host.ts";
import { unlike } from "./like.ts";
import { faultsOf, isByHost, jsonOf } from "./oracle.ts";
import type { Answer } from "./parse.ts";
import { openSite, type Site, type SiteName } from "./sites.ts";
import { ClosedWithoutAnswerError, Wire } from "./wire.ts";

/** What became of a case. */
export interface Verdict {
  readonly name: string;
  /** All that was not as expected. */
  readonly deviations: readonly string[];
}

/** How cases are played. */
export interface Playing {
  readonly host: Host;
  readonly backend: Backend;
}

/** The name of a case, as reports have it. */
export function nameOf({ law, name, site = "main" }: Case): string {
  return `${law} (${site}): ${name}`;
}

/** Plays all cases, site by site, one after the other; sites end when all their
 * cases are played, and then what they have run is compared. */
export async function* playAll(
  cases: readonly Case[],
  playing: Playing,
): AsyncGenerator<Verdict> {
  const { backend } = playing;
  const numbered = cases.map((one, n) => ({ one, mark: markOf(n) }))
    .filter(({ one }) => one.only === undefined || one.only === backend);
  const bySite = Map.groupBy(numbered, ({ one }) => one.site ?? "main");
  for (const [name, group] of bySite) yield* playSite(name, group, playing);
}

/** Their cases wait for time limits: so all of them wait together. */
const AT_ONCE: ReadonlySet<SiteName> = new Set(["hasty", "dripping"]);

interface Numbered {
  readonly one: Case;
  readonly mark: Mark;
}

async function* playSite(
  name: SiteName,
  group: readonly Numbered[],
  playing: Playing,
): AsyncGenerator<Verdict> {
  const site = await openSite(name, playing);
  try {
    const begin = async ({ one, mark }: Numbered): Promise<Verdict> => {
      const deviations = await play(one, { mark, site, playing });
      return { name: nameOf(one), deviations };
    };
    if (AT_ONCE.has(name)) yield* await Promise.all(group.map(begin));
    else for (const each of group) yield await begin(each);
  } finally {
    await site.close();
  }
  yield { name: `${name}: what was run`, deviations: audit(site, group) };
}

/** What was run, but was not to be, or the other way round. */
function audit(site: Site, group: readonly Numbered[]): readonly string[] {
  const deviations: string[] = [];
  const left = new Map(site.stage.seen);
  for (const { one, mark } of group) {
    for (const { kind = "record", key = "%M", messages } of one.tells ?? []) {
      const id = `${kind}\n${marked(key, mark)}`;
      const found = left.get(id);
      left.delete(id);
      if (messages === "any" && found !== undefined) continue;
      const text = marked(JSON.stringify(messages), mark);
      const actual = JSON.stringify(found?.messages ?? "nothing");
      if (actual === text) continue;
      deviations.push(
        `${nameOf(one)}: ${JSON.stringify(id)} ran ${actual}, not ${text}`,
      );
    }
  }
  for (const { kind, key, messages } of left.values()) {
    const whose = group.find(({ mark }) =>
      key.includes(mark.text) || JSON.stringify(messages).includes(mark.text)
    );
    const name = whose === undefined ? "nobody" : nameOf(whose.one);
    const what = JSON.stringify({ kind, key, messages }).slice(0, 300);
    deviations.push(`${name}: ran and was not to: ${what}`);
  }
  return deviations;
}

async function play(
  one: Case,
  { mark, site, playing }: {
    readonly mark: Mark;
    readonly site: Site;
    readonly playing: Playing;
  },
): Promise<readonly string[]> {
  const deviations: string[] = [];
  const closers: (() => Promise<void>)[] = [];
  const scene = sceneOf({ mark, site, playing, deviations, closers });
  try {
    for (const step of one.steps ?? []) await take(step, scene);
    await one.play?.(scene);
  } catch (error) {
    deviations.push(String(error));
  } finally {
    for (const close of closers) await close();
  }
  return deviations;
}

async function take({ send, expect }: Step, scene: Scene): Promise<void> {
  const draft = typeof send === "function" ? await send(scene) : send;
  const wire = await scene.open();
  wire.write(scene.bytesOf(draft));
  try {
    const answer = await wire.answer(methodOf(draft));
    scene.expect(answer, expect);
    scene.describe(answer, draft);
    if (expect.closes) await scene.ended(wire, answer);
    const { rest } = wire;
    scene.ensure(rest.length === 0, `${rest.length} bytes came after it`);
  } catch (error) {
    const isRefused = error instanceof ClosedWithoutAnswerError;
    if (!isRefused || !expect.byHost) throw error;
  } finally {
    wire.drop();
  }
}

function methodOf({ method = "POST", raw }: Draft): string {
  if (raw === undefined) return method;
  const text = typeof raw === "string" ? raw : new TextDecoder().decode(raw);
  return /^\S*/.exec(text)?.[0] ?? "";
}

function sceneOf(
  { mark, site, playing, deviations, closers }: {
    readonly mark: Mark;
    readonly site: Site;
    readonly playing: Playing;
    readonly deviations: string[];
    readonly closers: (() => Promise<void>)[];
  },
): Scene {
  const scene: Scene = {
    mark,
    site,
    packages: playing.host.packages,
    bytesOf: (draft) => bytesOf(draft, mark, site.port),
    canary: async () => {
      let visits = 0;
      const { port, close } = await playing.host.serve(() => {
        visits++;
        return new Response();
      });
      closers.push(close);
      return { port, visits: () => visits };
    },
    open: async () => {
      const wire = await Wire.open(site.port);
      closers.push(() => Promise.resolve(wire.drop()));
      return wire;
    },
    exchange: async (draft) => {
      const wire = await scene.open();
      wire.write(scene.bytesOf(draft));
      const answer = await wire.answer(methodOf(draft));
      wire.drop();
      scene.describe(answer, draft);
      return answer;
    },
    describe: (answer, draft) => {
      if (draft.raw !== undefined) return;
      const { target = ENQUEUE } = draft;
      const asked = { method: methodOf(draft), target: marked(target, mark) };
      const found = faultsByDescription(answer, asked, site.mount);
      const { method } = asked;
      deviations.push(
        ...found.map((fault) => `${method} ${asked.target}: ${fault}`),
      );
    },
    expect: (answer, expectation) => {
      const all = compare(answer, expectation, mark);
      if (all.length === 0) return;
      const shown = `${answer.head}\n${answer.text}`.slice(0, 1_500);
      deviations.push(`${all.join("; ")}\n${shown}`);
    },
    ended: async (wire, { headers }) => {
      const said = headers.get("connection")?.toLowerCase() ?? "";
      scene.ensure(said.split(/, */).includes("close"), "it will not close");
      if (playing.host.cutsUnread) await wire.closed();
    },
    ensure: (isSo, what) => {
      if (!isSo) deviations.push(what);
    },
  };
  return scene;
}

function compare(
  answer: Answer,
  { status, code, headers = {}, like, byHost }: Expectation,
  mark: Mark,
): readonly string[] {
  if (byHost && isByHost(answer)) return [];
  const faults = [...faultsOf(answer, mark)];
  const wanted = typeof status === "number" ? [status] : status;
  if (!wanted.includes(answer.status)) {
    faults.push(`its status is ${answer.status}, not ${wanted.join(" or ")}`);
  }
  for (const [name, value] of Object.entries(headers)) {
    const found = answer.headers.get(name.toLowerCase());
    const difference = value === null
      ? found === undefined ? undefined : `${name} is ${found}`
      : unlike(found, patternOf(value, mark), name);
    if (difference !== undefined) faults.push(difference);
  }
  const json = jsonOf(answer);
  const difference = like === undefined
    ? undefined
    : unlike(json, filled(like, mark));
  if (difference !== undefined) faults.push(difference);
  const isCode = code === undefined || unlike(json, { code }) === undefined;
  if (!isCode) faults.push(`its code is not ${code}`);
  return faults;
}

function patternOf(value: string | RegExp, mark: Mark): string | RegExp {
  return typeof value === "string" ? marked(value, mark) : value;
}

/** A pattern with the mark in its texts. */
function filled(pattern: unknown, mark: Mark): unknown {
  if (typeof pattern === "string") return marked(pattern, mark);
  if (typeof pattern !== "object" || pattern === null) return pattern;
  if (pattern instanceof RegExp) return pattern;
  if (Array.isArray(pattern)) return pattern.map((each) => filled(each, mark));
  const entries = Object.entries(pattern);
  return Object.fromEntries(
    entries.map(([name, each]) => [name, filled(each, mark)]),
  );
}
