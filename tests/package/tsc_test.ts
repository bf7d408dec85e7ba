/** `tsc` takes the published source as Node's users would compile it: `nodenext`,
 * declarations file by file, types that can simply be stripped. */
import {
  assertEquals,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { copySource, deno, fill, ROOT, TOOLS, withFolder } from "./tools.ts";

const { imports } = JSON.parse(
  await Deno.readTextFile(new URL("deno.json", ROOT)),
);

/** What a user's npm would install along: `npm:croner@^11` as `croner: ^11`. */
const DEPENDENCIES = Object.fromEntries(
  Object.entries<string>(imports).flatMap(([name, specifier]) => {
    const version = /^npm:.+@(.+)$/.exec(specifier)?.[1];
    return version === undefined ? [] : [[name, version]];
  }),
);

const TSCONFIG = {
  compilerOptions: {
    module: "nodenext",
    target: "es2022",
    lib: ["esnext", "dom"],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noImplicitOverride: true,
    noUncheckedIndexedAccess: true,
    noUnusedLocals: true,
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    isolatedDeclarations: true,
    allowImportingTsExtensions: true,
    declaration: true,
    emitDeclarationOnly: true,
    outDir: "out",
  },
  include: ["mod.ts", "src"],
  exclude: ["src/cli"], // It is a program of Deno.
};

/** Compiles a copy of the source, with more files if any, in a module package. */
function compile(
  more: Readonly<Record<string, string>> = {},
): Promise<{ code: number; text: string }> {
  return withFolder(async (folder) => {
    await copySource(folder);
    await fill(folder, {
      "package.json": JSON.stringify({
        type: "module",
        dependencies: DEPENDENCIES,
      }),
      "tsconfig.json": JSON.stringify(TSCONFIG),
      ...more,
    });
    return await deno(
      ["run", "--quiet", "--node-modules-dir=auto", "-A", TOOLS.tsc],
      { cwd: folder },
    );
  });
}

Deno.test("tsc compiles mod.ts and src with nodenext and isolatedDeclarations", async () => {
  const { code, text } = await compile();

  assertEquals([code, text], [0, ""]);
});

Deno.test("tsc sees what is planted: an inferred export, an enum, a type error", async () => {
  const { code, text } = await compile({
    "src/planted.ts": "export const a = new Map();\nenum B { C }\nB.C.d;\n",
  });

  assertNotEquals(code, 0);
  for (const error of ["TS9010", "TS1294", "TS2339"]) {
    assertStringIncludes(text, error);
  }
});
