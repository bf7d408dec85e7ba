/**
 * The report, as Markdown that the README can quote.
 *
 * @module
 */
import type { Series } from "./contest.ts";
import { flagsOf } from "./participant.ts";
import { PEER_VERSIONS } from "./peers.ts";
import { ratios, summarize } from "./statistics.ts";
import type { Trial } from "./trial.ts";
import { judge, type Verdict } from "./verdict.ts";

/** Where, when and with what the figures were taken. */
export interface Circumstances {
  readonly date: string;
  readonly deno: string;
  readonly v8: string;
  readonly platform: string;
  readonly processors: number;
  readonly peers: Readonly<Record<string, string>>;
  readonly rounds: number;
  readonly warmUps: number;
  readonly quick: boolean;
}

/** One trial with its figures. */
export interface Result {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly flags: string;
  readonly series: readonly Series[];
  readonly verdicts: readonly Verdict[];
}

/** What is true of this run of the bench. */
export function circumstances(
  length: { rounds: number; warmUps: number; quick: boolean },
): Circumstances {
  return {
    date: new Date().toISOString().slice(0, 10),
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    platform: Deno.build.target,
    processors: navigator.hardwareConcurrency,
    peers: PEER_VERSIONS,
    ...length,
  };
}

/** The figures of `trial`, judged. */
export function resultOf(trial: Trial, series: readonly Series[]): Result {
  const { id, title, unit } = trial;
  return {
    id,
    title,
    unit,
    flags: flagsOf(trial),
    series,
    verdicts: trial.goals.map((goal) => judge(goal, series)),
  };
}

/** The lines on top. */
export function headOf(around: Circumstances): string {
  const peers = Object.entries(around.peers).map(([name, version]) =>
    `${name} ${version}`
  );
  const quick = around.quick
    ? "\n\n**`--quick`: a tenth of the work in few rounds; not for quoting.**"
    : "";
  return `# Side by side

${around.date} · Deno ${around.deno}, V8 ${around.v8} · ${around.platform}, ${around.processors} processors
· ${peers.join(", ")}

Medians of ${around.rounds} rounds after ${around.warmUps} discarded. A process for each contestant, asked in
turn, the order rotated. Ratios are medians of the ratios of each round.${quick}
`;
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}

function verdictLine({ text, ratio, passed }: Verdict): string {
  const [low, high] = ratio.quartiles.map((value) => value.toFixed(2));
  const { median, min, max } = ratio;
  const span = `min ${min.toFixed(2)}, quartiles ${low}–${high}, max ${
    max.toFixed(2)
  }`;
  const word = passed ? "PASS" : "FAIL";
  return `- **${word}** ${text}: **${median.toFixed(2)}** (${span})`;
}

/** One trial's table, with its goals below. */
export function tableOf(trial: Trial, result: Result): string {
  const reference = result.series
    .find(({ name }) => name === trial.reference)?.samples ?? [];
  const rows = result.series.map(({ name, samples }) => {
    const { median, min, max } = summarize(samples);
    const ratio = summarize(ratios(samples, reference)).median;
    return `| ${name} | ${figure(median)} | ${figure(min)}–${figure(max)} | ${
      ratio.toFixed(2)
    } |`;
  });
  const lines = [
    `## (${trial.id}) ${trial.title}`,
    "",
    `| | ${trial.unit} | min–max | ÷ ${trial.reference} |`,
    "|---|---:|---:|---:|",
    ...rows,
    "",
  ];
  if (trial.note !== undefined) lines.push(trial.note, "");
  lines.push(...result.verdicts.map(verdictLine));
  if (result.verdicts.length > 0) lines.push("");
  return lines.join("\n");
}

/** How many goals were met, in one line. */
export function footOf(results: readonly Result[]): string {
  const verdicts = results.flatMap((result) => result.verdicts);
  const passed = verdicts.filter((verdict) => verdict.passed).length;
  return `${passed} of ${verdicts.length} goals met`;
}
