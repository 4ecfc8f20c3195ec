import { describe, expect, test } from "bun:test";
import { refusedPort } from "../../io/http-client/src/testing/fault-server.ts";
import { bw } from "./bw.ts";
import { scratch } from "./scratch.ts";
import { target } from "./target.ts";

/** Each is said before anything is sent, in one line without a stack trace. */
function expectSentence(stderr: string, wanted: string | RegExp): void {
  expect(stderr).toMatch(wanted);
  expect(stderr).toMatch(/^error: .+\n$/);
  expect(stderr).not.toMatch(/^ {4}at /m);
}

describe("on the command line", () => {
  test.concurrent.each([
    [["--durration", "10s"], "unknown option '--durration'\n(Did you mean --duration?)"],
    [["-d"], "option '-d, --duration <time>' argument missing"],
    [
      ["-u", "many"],
      `option '-u, --vus <number>' argument 'many' is invalid. "many" is no whole number`,
    ],
    [["--workers", "0"], `"0" is neither a number from 1 nor "auto"`],
    [["--summary-mode", "tiny"], "Allowed choices are compact, full, disabled"],
    [["surplus"], "too many arguments for 'run'"],
  ])("%j", async (args, wanted) => {
    const { exitCode, stdout, stderr } = await load(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 104, stdout: "" });
    expect(stderr).toStartWith("error: ");
    expect(stderr).toContain(wanted);
    expect(stderr).toEndWith("(bw --help shows what there is)\n");
  });

  test.concurrent.each([
    [
      ["-d", "10parsecs"],
      '--duration: Cannot read "10parsecs" as a duration: write a number and a',
    ],
    [["-d", "0s"], "--duration: must be longer than 0"],
    [["-u", "0"], "--vus: must be at least 1, not 0"],
    [["-n", "5", "-u", "6"], "5 iterations cannot be shared by 6 VUs"],
    [["-n", "5", "--stage", "1s:1"], "iterations and stages exclude each other"],
    [
      ["--rate", "fast"],
      'Cannot read "fast" as a rate: write a number above 0 per time, like "5000/s"',
    ],
    [["--rate", "9/s", "-n", "5"], "--rate and --iterations exclude each other"],
    [["--max-vus", "5"], "--max-vus is for --rate"],
    [["--stage", "10s"], '--stage "10s" is not TIME:TARGET, such as 30s:100'],
    [["--stage", "tea:10"], '--stage: Cannot read "tea" as a duration'],
    [["--stage", "1s:1.5"], "a stage's target is a whole number of VUs, not 1.5"],
    [["-H", "nocolon"], '--header "nocolon" is not NAME: VALUE'],
    [["-H", "bad name: x"], 'Cannot send the header name "bad name"'],
    [["-H", "X: a\r\nY: b"], 'Cannot send the value of X "a\\r\\nY: b"'],
    [["-m", "GE T"], 'Cannot send the method "GE T"'],
    [["--timeout", "soon"], 'Cannot read "soon" as a duration'],
    [["--body", "@nosuch"], '--body "@nosuch": cannot read the file "nosuch"'],
    [["-e", "NAME"], '--env "NAME" is not NAME=VALUE'],
    [["--tag", "=x"], '--tag "=x" is not NAME=VALUE'],
    [
      ["--summary-trend-stats", "p95"],
      '--summary-trend-stats: must be avg, min, med, max, count or p(N), not "p95"',
    ],
    [["--summary-time-unit", "m"], '--summary-time-unit: must be s, ms or us, not "m"'],
    [
      ["--threshold", "avg<9"],
      '--threshold "avg<9" is not METRIC:RULE, such as http_req_duration:p(95)<200',
    ],
    [
      ["--threshold", "nope:avg<1"],
      /Cannot find the metric "nope": there are .*http_req_duration, /,
    ],
    [["--threshold", "http_reqs:p(95)<1"], 'Cannot take "p(95)" of a counter: it has count, rate'],
    [
      ["--threshold", "http_req_duration:p95<1"],
      /threshold "p95<1": .* at character 1; write it like/,
    ],
    [["--cacert", "nosuch.pem"], 'Cannot read the certificates in "nosuch.pem"'],
    [["--out", "nope=x"], 'Cannot write to the output "nope": there are json, csv,'],
    [
      ["--out", "json=/dev/null/x"],
      'Cannot write samples to "/dev/null/x": a part of the path is no folder',
    ],
    [["--summary-export", "/"], 'Cannot write the summary to "/": it is a folder'],
  ])("%j", async (args, wanted) => {
    const { exitCode, stdout, stderr, count } = await load(args);
    expect({ exitCode, stdout, count }).toEqual({ exitCode: 104, stdout: "", count: 0 });
    expectSentence(stderr, wanted);
  });

  test.concurrent.each([
    ["http://", 'Cannot request "http://": give a whole URL'],
    ["localhost:8080/x", 'Cannot load "localhost:8080/x": give a URL that begins with http://'],
    ["ftp://x/", 'Cannot load "ftp://x/": give a URL that begins with http:// or https://'],
    ["nosuch.ts", "Cannot find the script nosuch.ts"],
    ["/", "Cannot read the script /: it is a directory"],
  ])("the target %s", async (what, wanted) => {
    const { exitCode, stdout, stderr } = await bw(["run", what]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 104, stdout: "" });
    expectSentence(stderr, wanted);
  });

  test.concurrent("more VUs than a process may have open files", async () => {
    const { exitCode, stderr, count } = await load(
      ["-u", "300", "--workers", "1", "-n", "300"],
      'ulimit -n 256; exec "$@"',
    );
    expect({ exitCode, count }).toEqual({ exitCode: 104, count: 0 });
    expectSentence(stderr, /Cannot run 300 VUs: .* may open 256 files; .*"ulimit -n \d+"/);
  });

  async function load(args: readonly string[], shell?: string) {
    using server = target();
    const run = await bw(["run", server.url, ...args], shell === undefined ? {} : { shell });
    return { ...run, count: server.count };
  }
});

describe("in a script", () => {
  const nothing = "export default function () {}\n";
  const options = (text: string): string => `export const options = ${text};\n${nothing}`;

  test.concurrent.each([
    [
      "a syntax error",
      107,
      `${nothing}const = 3;`,
      /Cannot parse the script at \S+script\.ts:2:7: /,
    ],
    [
      "a name that there is not",
      107,
      'import { htp } from "breakwater";\nexport default () => htp.get("");',
      /Cannot import "htp" from "breakwater" at \S+script\.ts:1:10: it exports http, check, /,
    ],
    [
      "a file that there is not",
      107,
      'import { x } from "./nope.ts";\nexport default () => x;',
      /Cannot import "\.\/nope\.ts" at \S+script\.ts:1:19: there is no file \S+nope\.ts/,
    ],
    [
      "a package that there is not",
      107,
      'import { x } from "leftpad";\nexport default () => x;',
      /Cannot import "leftpad" at \S+script\.ts:1:19: .*; install it there with npm/,
    ],
    ["no function", 104, "export const x = 1;", /exports no function "default"; it exports none/],
    [
      "an exec that is not there",
      104,
      options('{ scenarios: { a: { executor: "shared-iterations", exec: "buy" } } }'),
      'scenario a: the script exports no function "buy"; it exports default',
    ],
    [
      "an unknown executor",
      104,
      options('{ scenarios: { a: { executor: "constant-vu" } } }'),
      /options\.scenarios\.a\.executor: executor must be .*, not "constant-vu"/,
    ],
    ["a bad duration", 104, options('{ duration: "1 week" }'), /options\.duration: .*"1 week"/],
    [
      "a bad threshold",
      104,
      options('{ thresholds: { checks: ["rate=>1"] } }'),
      /"rate=>1".*character 5/,
    ],
  ])("%s", async (_name, code, source, wanted) => {
    using folder = scratch();
    const run = await bw(["run", folder.write("script.ts", source)]);
    expect(run).toMatchObject({ exitCode: code, stdout: "" });
    expectSentence(run.stderr, wanted);
  });

  test.concurrent("every wrong option is named at once", async () => {
    using folder = scratch();
    const source = options('{ vus: "many", duration: "1 week", tags: 3 }');
    const { exitCode, stderr } = await bw(["run", folder.write("script.ts", source)]);
    expect(exitCode).toBe(104);
    expect(stderr).toMatch(/^error: options\.vus: .*\noptions\.duration: .*\noptions\.tags: .*\n$/);
  });

  test.concurrent("what its top level throws has its place and its own frames alone", async () => {
    using folder = scratch();
    const source = `${nothing}function read() {\n  throw new TypeError("no file");\n}\nread();`;
    const { exitCode, stderr } = await bw(["run", folder.write("script.ts", source)]);
    expect(exitCode).toBe(107);
    expect(stderr).toMatch(
      /^error: TypeError: no file\n {4}at read \(\S+:3:\d+\)\n {4}at \S+:5:\d+\n$/,
    );
  });

  test.concurrent.each([
    [["--body", "x"]],
    [["-H", "A: b"]],
    [["-m", "PUT"]],
    [["--timeout", "1s"]],
  ])("%j is for URLs", async (flag) => {
    using folder = scratch();
    const { exitCode, stderr } = await bw(["run", folder.write("script.ts", nothing), ...flag]);
    expect(exitCode).toBe(104);
    expectSentence(stderr, /--\w+ is for a URL: a script says what it sends/);
  });
});

describe("a target that cannot be reached is said at once:", () => {
  test.concurrent("a host that does not resolve", async () => {
    const run = await bw(["run", "http://does-not-exist.invalid/"]);
    expect(run).toMatchObject({ exitCode: 1, stdout: "" });
    expectSentence(run.stderr, /Cannot reach http:\/\/does-not-exist\.invalid\/: .*does-not-exist/);
  });

  test.concurrent("a port on which nothing listens", async () => {
    const url = `http://127.0.0.1:${await refusedPort()}/`;
    const run = await bw(["run", url]);
    expect(run).toMatchObject({ exitCode: 1, stdout: "" });
    expectSentence(run.stderr, `Cannot reach ${url}: `);
    expect(run.stderr).toContain("refused; does a server listen there?");
  });
});
