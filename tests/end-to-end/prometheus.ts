import { dirname, join } from "node:path";
import { YAML } from "bun";
import { type Scratch, scratch } from "./scratch.ts";

export const promtoolPath: string | null = Bun.which("promtool");
export const prometheusPath: string | null = Bun.which("prometheus");

/** A value of a query's answer, with its labels. */
export interface Found {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Prometheus extends AsyncDisposable {
  /** What an expression is now. Rejects with what Prometheus says is wrong with it. */
  ask(expression: string): Promise<readonly Found[]>;
}

interface Rule {
  readonly alert?: string;
  readonly for?: string;
}

export interface Rules {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

interface Config {
  readonly rule_files: readonly string[];
  readonly scrape_configs: readonly { readonly job_name: string }[];
}

/**
 * Prometheus with our configuration, but each second, without the alerts' waiting, and with these
 * targets by job.
 */
export async function startPrometheus(
  configPath: string,
  targets: Readonly<Record<string, { readonly host: string; readonly labels?: object }>>,
): Promise<Prometheus> {
  const folder = scratch();
  const config = await hurried(configPath, targets, folder);
  const child = Bun.spawn(
    [
      prometheusPath ?? "prometheus",
      ...[`--config.file=${config}`, `--storage.tsdb.path=${folder.at("data")}`],
      "--web.listen-address=127.0.0.1:0",
    ],
    { stdin: "ignore", stdout: "ignore", stderr: "pipe" },
  );
  const url = await listening(child.stderr);
  return {
    ask: async (expression) => {
      const query = new URLSearchParams({ query: expression });
      const answer = await fetch(`${url}/api/v1/query?${query}`);
      const { status, error, data } = (await answer.json()) as Answer;
      if (status !== "success") throw new Error(`${error}: ${expression}`);
      if (data.resultType === "scalar") return [{ metric: {}, value: Number(data.result[1]) }];
      return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await child.exited;
      folder[Symbol.dispose]();
    },
  };
}

type Sample = readonly [seconds: number, value: string];

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data:
    | { readonly resultType: "scalar"; readonly result: Sample }
    | {
        readonly resultType: "vector";
        readonly result: readonly {
          readonly metric: Readonly<Record<string, string>>;
          readonly value: Sample;
        }[];
      };
}

async function hurried(
  configPath: string,
  targets: Parameters<typeof startPrometheus>[1],
  folder: Scratch,
): Promise<string> {
  const config = (await readYaml(configPath)) as Config;
  const rules = config.rule_files.map(async (name) => {
    const { groups } = (await readYaml(join(dirname(configPath), name))) as Rules;
    const hurriedGroups = groups.map((group) => ({
      ...group,
      rules: group.rules.map((rule) => (rule.for === undefined ? rule : { ...rule, for: "1s" })),
    }));
    return folder.write(name, JSON.stringify({ groups: hurriedGroups }));
  });
  return folder.write(
    "prometheus.yml",
    JSON.stringify({
      ...config,
      global: { scrape_interval: "1s", evaluation_interval: "1s" },
      rule_files: await Promise.all(rules),
      scrape_configs: config.scrape_configs.map((job) => {
        const target = targets[job.job_name];
        const labels = target?.labels ?? {};
        return { ...job, static_configs: [{ targets: [target?.host], labels }] };
      }),
    }),
  );
}

export async function readYaml(path: string): Promise<unknown> {
  return YAML.parse(await Bun.file(path).text());
}

async function listening(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  const decoder = new TextDecoder();
  let said = "";
  const found = Promise.withResolvers<string>();
  const read = async (): Promise<void> => {
    // To its end, or Prometheus would have to wait with its log.
    for await (const bytes of stream) {
      said += decoder.decode(bytes);
      const host = /msg="Listening on" address=(\S+)/.exec(said)?.[1];
      if (host !== undefined && said.includes("ready to receive")) found.resolve(`http://${host}`);
    }
    found.reject(new Error(`Prometheus has ended: ${said}`));
  };
  void read();
  return await found.promise;
}
