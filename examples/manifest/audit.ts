/** The check at the end: reads the manifest back from the disk and compares it with
 * what was seen, path by path. */

/** What does not add up; all empty when it does. */
export interface Audit {
  /** In the manifest, according to the file on disk. */
  readonly listed: number;
  /** Seen, and neither in the manifest nor among the errors. */
  readonly missing: readonly string[];
  /** In the manifest twice, or there and among the errors too. */
  readonly twice: readonly string[];
  /** In the manifest, and never seen. */
  readonly unknown: readonly string[];
}

export interface AuditOptions {
  readonly seen: ReadonlySet<string>;
  readonly errors: { has(path: string): boolean };
}

/** Compares the manifest on disk with what was seen and what failed. */
export async function audit(
  manifest: string,
  { seen, errors }: AuditOptions,
): Promise<Audit> {
  const listed = new Set<string>();
  const twice: string[] = [];
  const unknown: string[] = [];
  for await (const path of pathsIn(manifest)) {
    if (listed.has(path) || errors.has(path)) twice.push(path);
    else if (!seen.has(path)) unknown.push(path);
    listed.add(path);
  }
  const missing = [...seen].filter((path) =>
    !listed.has(path) && !errors.has(path)
  );
  return { listed: listed.size, missing, twice, unknown };
}

async function* pathsIn(manifest: string): AsyncGenerator<string> {
  using file = await Deno.open(manifest);
  const text = file.readable.pipeThrough(new TextDecoderStream());
  let rest = "";
  for await (const piece of text) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield pathOf(line);
  }
  if (rest !== "") yield pathOf(rest);
}

function pathOf(line: string): string {
  const entry: unknown = JSON.parse(line);
  if (typeof entry === "object" && entry !== null && "path" in entry) {
    if (typeof entry.path === "string") return entry.path;
  }
  throw new TypeError(`Cannot read a line of the manifest: ${line}`);
}
