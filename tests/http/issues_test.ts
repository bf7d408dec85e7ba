/** What a 422 tells of a message: where, and what is wrong, never what was sent. */
import { assertEquals } from "@std/assert";
import { faultsOf } from "../../src/http/issues.ts";

const SILENT = "does not fit the schema";

Deno.test("faultsOf() tells a detail that quotes nothing of the message", () => {
  const issues = [{ message: "expected a number", path: ["doc"] }];

  const faults = faultsOf(issues, { doc: "m4rk3r" }, false);

  assertEquals(faults, [{ pointer: "/doc", detail: "expected a number" }]);
});

Deno.test("faultsOf() leaves out a detail that quotes a value or a name", () => {
  const issues = ["got m4rk3r", "unknown n4m3"].map((message) => ({ message }));

  const faults = faultsOf(issues, { n4m3: "m4rk3r" }, false);

  assertEquals(faults.map(({ detail }) => detail), [SILENT, SILENT]);
});

Deno.test("faultsOf() looks for no more than it can look for quickly", () => {
  const issues = [{ message: "expected a number" }];
  const many = Array.from({ length: 1_001 }, (_, i) => `text ${i}`);
  const long = [{ message: `expected ${"x".repeat(300)}` }];

  assertEquals(faultsOf(issues, many, false), [
    { pointer: "", detail: SILENT },
  ]);
  assertEquals(faultsOf(long, ["text"], false), [
    { pointer: "", detail: SILENT },
  ]);
  assertEquals(faultsOf(issues, many.slice(0, 1_000), false), [
    { pointer: "", detail: "expected a number" },
  ]);
});
