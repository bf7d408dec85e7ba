/** A folder of a test's own, which knows what the demo must find in it from having
 * written it. */
import { createHash } from "node:crypto";
import { join } from "node:path";

const ENDLESS_BYTES = 200_000_000_000;

/** A line of the manifest. */
export interface Entry {
  path: string;
  size: number;
  sha256: string;
  modified: string;
}

/** A folder of the test's own, and what the demo must find in it. */
export class Tree implements AsyncDisposable {
  readonly path: string;
  readonly #expected = new Map<string, Uint8Array>();

  constructor() {
    this.path = Deno.realPathSync(Deno.makeTempDirSync());
  }

  at(...parts: string[]): string {
    return join(this.path, ...parts);
  }

  /** Writes a file that must be in the manifest. */
  write(path: string, content: Uint8Array | string): void {
    const bytes = this.expect(path, content);
    Deno.mkdirSync(join(this.at(path), ".."), { recursive: true });
    Deno.writeFileSync(this.at(path), bytes);
  }

  /** The manifest must have this file, which somebody else writes. */
  expect(path: string, content: Uint8Array | string): Uint8Array {
    const bytes = typeof content === "string"
      ? new TextEncoder().encode(content)
      : content;
    this.#expected.set(path, bytes);
    return bytes;
  }

  remove(path: string): void {
    Deno.removeSync(this.at(path));
    this.#expected.delete(path);
  }

  /** The manifest of what was written, by the test's own reckoning. */
  expected(): Entry[] {
    const entries = this.#expected.entries().map(([path, bytes]) => ({
      path,
      size: bytes.length,
      sha256: createHash("sha256").update(bytes).digest("hex"),
      modified: Deno.statSync(this.at(path)).mtime?.toISOString() ?? "",
    }));
    return [...entries].sort((a, b) => a.path < b.path ? -1 : 1);
  }

  manifest(name = "manifest.jsonl"): Entry[] {
    const text = Deno.readTextFileSync(this.at(name));
    return text.split("\n").slice(0, -1).map((line) => JSON.parse(line));
  }

  /** A file that takes no room on the disk, and minutes to hash. */
  writeEndless(path: string): void {
    this.writeZeros(path, ENDLESS_BYTES);
  }

  /** A file of zeros that takes no room on the disk. */
  writeZeros(path: string, size: number): void {
    Deno.createSync(this.at(path)).close();
    Deno.truncateSync(this.at(path), size);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}
