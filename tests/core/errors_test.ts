/** What the errors say, and that each is explained. */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
} from "@std/assert";
import {
  CancelledError,
  ClosedError,
  DeletedError,
  HeldError,
  InvalidMessageError,
  QueueFullError,
  Scheduler,
  SelfWaitError,
  SkippedError,
  TimeoutError,
  WorkItemError,
} from "../../mod.ts";

const cause = new Error("behind it");

/** Every class that users may catch. */
const ERRORS: readonly (readonly [string, string, WorkItemError])[] = [
  ["ClosedError", "WI-CLOSED", new ClosedError("Cannot run")],
  ["DeletedError", "WI-DELETED", new DeletedError("Cannot run")],
  [
    "QueueFullError",
    "WI-QUEUE-FULL",
    new QueueFullError("Cannot run", 8, "maxOwed"),
  ],
  ["SelfWaitError", "WI-SELF-WAIT", new SelfWaitError("Cannot run", "so")],
  ["CancelledError", "WI-CANCELLED", new CancelledError("It was", cause)],
  ["SkippedError", "WI-SKIPPED", new SkippedError("Cannot run")],
  ["HeldError", "WI-HELD", new HeldError("Cannot run", cause)],
  [
    "InvalidMessageError",
    "WI-INVALID-MESSAGE",
    new InvalidMessageError("Cannot run", [{ message: "wrong" }]),
  ],
  ["TimeoutError", "WI-TIMEOUT", new TimeoutError("The run", 5)],
];

for (const [name, code, error] of ERRORS) {
  Deno.test(`${name} has its name, code, hint and message`, () => {
    assertInstanceOf(error, WorkItemError);
    assertInstanceOf(error, Error);
    assertEquals(error.name, name);
    assertEquals(error.constructor.name, name);
    assertEquals(error.code, code);
    assert(error.hint.length > 10);
    assert(error.message.length > 5);
    assert(!error.message.endsWith("."), "a message has no period");
    assert(/[.)]$/.test(error.hint), "a hint is a sentence");
    assert(!/n't|'ll|'re/.test(error.message), "no contractions");
    assertEquals(String(error), `${name}: ${error.message}`);
    assert(error.stack?.includes("errors_test"));
  });
}

Deno.test("a cause is there only where there is one", () => {
  for (const [name, , error] of ERRORS) {
    const hasOne = name === "CancelledError" || name === "HeldError";
    assertEquals(Object.hasOwn(error, "cause"), hasOne);
  }
  assertStrictEquals(new CancelledError("It was", cause).cause, cause);
  const options = { code: "WI-X", hint: "None." };
  assertStrictEquals(
    new WorkItemError("It was", { ...options, cause }).cause,
    cause,
  );
  assert(!("cause" in new WorkItemError("It was", options)));
});

Deno.test("a mistake in an option is no WorkItemError", () => {
  try {
    new Scheduler({ concurrency: 0 });
  } catch (error) {
    assertInstanceOf(error, RangeError);
    assert(!("code" in error));
    return;
  }
  throw new Error("It was not refused");
});

/** All source, as text. */
async function* sources(folder: URL): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const url = new URL(isDirectory ? `${name}/` : name, folder);
    if (isDirectory) yield* sources(url);
    else yield await Deno.readTextFile(url);
  }
}

/** Every code that stands in the source. */
async function codes(): Promise<readonly string[]> {
  const found = new Set<string>();
  for await (const text of sources(new URL("../../src/", import.meta.url))) {
    for (const [, code = ""] of text.matchAll(/"(WI(?:-[A-Z]+)+)"/g)) {
      found.add(code);
    }
    const [, troubles = ""] = text.match(/type StoreTrouble =([^;]+);/) ?? [];
    for (const [, trouble = ""] of troubles.matchAll(/"([a-z]+)"/g)) {
      found.add(`WI-STORE-${trouble.toUpperCase()}`);
    }
  }
  return [...found].toSorted();
}

Deno.test("every code has a section in docs/errors.md, and every section a code", async () => {
  const url = new URL("../../docs/errors.md", import.meta.url);
  const text = await Deno.readTextFile(url);
  const sections = [...text.matchAll(/^## (WI-[A-Z-]+)$/gm)]
    .map(([, code = ""]) => code);
  const known = await codes();

  for (const [, code] of ERRORS) assert(known.includes(code), code);
  assert(known.includes("WI-BLOCKED") && known.includes("WI-HOT-LOOP"));
  assertEquals(sections.toSorted(), known);
  for (const [index, code] of sections.entries()) {
    const begin = text.indexOf(`## ${code}`);
    const end = text.indexOf(`## ${sections[index + 1]}`);
    const body = text.slice(begin, end === -1 ? undefined : end);
    assert(body.length > 80, `${code} is not explained`);
  }
});
