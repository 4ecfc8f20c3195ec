import type { Work } from "./contestants.ts";
import type { Overload, Part } from "./measure.ts";

export interface OverloadRun {
  readonly contestant: string;
  readonly times: number;
  readonly overload: Overload;
}

export interface WorkResult {
  readonly work: Work;
  readonly peak: number;
  readonly halfP99: number;
  readonly inTimeMs: number;
  readonly seconds: { readonly half: number; readonly surge: number; readonly steady: number };
  readonly runs: readonly {
    readonly times: number;
    readonly bestLimit: number;
    readonly runs: readonly OverloadRun[];
  }[];
  readonly curve: readonly {
    readonly times: number;
    readonly without: Part;
    readonly gate: Part;
  }[];
}

const perSecond = (count: number, seconds: number): string => (count / seconds).toFixed(0);

/** What was measured, as a page of Markdown. */
export function overloadPage(
  results: readonly WorkResult[],
  { date, machine }: { readonly date: string; readonly machine: string },
): string {
  return [
    "# Overload, with the gate and without",
    "",
    `Written by \`npm run bench:overload\` on ${date}: ${machine}. The service has core 0; the`,
    "clients, who come at an even rate and wait for a second, and the gate have core 1.",
    "",
    "- **good/s**: answered with 200. **in time/s**: of these, as fast as is asked for.",
    "- **shed**: 503. **lost**: timed out, failed or reset. **surge**: the first seconds of overload.",
    "- Each row is one run (the adaptive gate and the best fixed limit have two).",
    ...results.flatMap(workPage),
    "",
  ].join("\n");
}

function workPage(result: WorkResult): string[] {
  const { work, peak, halfP99, inTimeMs, seconds } = result;
  return [
    "",
    `## ${work.title}`,
    "",
    `At its best it does ${peak.toFixed(0)}/s. At half of that 99 % take at most ${halfP99.toFixed(1)} ms: in`,
    `time is what takes at most ${inTimeMs.toFixed(1)} ms. After ${seconds.half} s at half load the surge lasts ${seconds.surge} s,`,
    `and the overload another ${seconds.steady} s.`,
    "",
    `![goodput by offered load](overload-${work.name}.svg)`,
    "",
    "| offered | without: good/s | p99 ms | lost/s | gate: good/s | p99 ms | shed/s | lost/s |",
    "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...result.curve.map(({ times, without, gate }) => {
      const rates = (part: Part, count: number) => perSecond(count, part.seconds);
      return row([
        `${times}×`,
        rates(without, without.ok),
        ms(without.p99Ms, without.ok),
        rates(without, without.lost),
        rates(gate, gate.ok),
        ms(gate.p99Ms, gate.ok),
        rates(gate, gate.shed),
        rates(gate, gate.lost),
      ]);
    }),
    ...result.runs.flatMap(({ times, bestLimit, runs }) => [
      "",
      `### ${times} times its best (best fixed limit: ${bestLimit})`,
      "",
      "| protected by | good/s | in time/s | of peak | p50 ms | p99 ms | shed/s | lost | surge: in time/s | p99 ms |",
      "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
      ...runs.map((run) => runRow(run, peak)),
    ]),
  ];
}

function runRow({ contestant, overload }: OverloadRun, peak: number): string {
  const { steady, surge } = overload;
  return row([
    contestant,
    perSecond(steady.ok, steady.seconds),
    perSecond(steady.inTime, steady.seconds),
    (steady.ok / steady.seconds / peak).toFixed(2),
    ms(steady.p50Ms, steady.ok),
    ms(steady.p99Ms, steady.ok),
    perSecond(steady.shed, steady.seconds),
    `${steady.lost + surge.lost}`,
    perSecond(surge.inTime, surge.seconds),
    ms(surge.p99Ms, surge.ok),
  ]);
}

const ms = (value: number, count: number): string => (count === 0 ? "–" : value.toFixed(0));

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** Goodput by offered load, both in requests/s: with the gate, and without. */
export function chart({ peak, curve, work }: WorkResult): string {
  const [width, height, left, bottom] = [640, 320, 60, 40];
  const most = Math.max(...curve.map(({ times }) => times));
  const x = (times: number): string => (left + (times / most) * (width - left - 20)).toFixed(1);
  const y = (rate: number): string =>
    (height - bottom - (rate / (peak * 1.1)) * (height - bottom - 20)).toFixed(1);
  const line = (part: (point: WorkResult["curve"][number]) => Part, color: string): string => {
    const points = curve.map((point) => {
      const { ok, seconds } = part(point);
      return `${x(point.times)},${y(ok / seconds)}`;
    });
    return `<polyline points="${points.join(" ")}" fill="none" stroke="${color}" stroke-width="2"/>`;
  };
  const label = (at: string, text: string): string => `<text ${at}>${text}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" role="img">
<title>Goodput by offered load, with bw gate and without</title>
<rect width="${width}" height="${height}" fill="white"/>
<path d="M${left} 20V${height - bottom}H${width - 20}" fill="none" stroke="#888"/>
<path d="M${left} ${y(peak)}H${width - 20}" stroke="#bbb" stroke-dasharray="4"/>
${[0, peak / 2, peak].map((rate) => label(`x="${left - 6}" y="${y(rate)}" text-anchor="end"`, rate.toFixed(0))).join("\n")}
${[0, 1, 2, 3, 4, 5].map((times) => label(`x="${x(times)}" y="${height - 22}" text-anchor="middle"`, `${times}×`)).join("\n")}
${label(`x="${width / 2}" y="${height - 4}" text-anchor="middle"`, `offered, in times of its best (${work.name})`)}
${label('x="4" y="12"', "answered while the client still waited, per second")}
${line(({ gate }) => gate, "#0a7d3c")}
${line(({ without }) => without, "#c0392b")}
${label(`x="${width - 150}" y="${Number(y(peak)) + 36}" fill="#0a7d3c"`, "with bw gate")}
${label(`x="${width - 150}" y="${height - bottom - 20}" fill="#c0392b"`, "without")}
</svg>
`;
}
