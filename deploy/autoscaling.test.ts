import { expect, test } from "bun:test";
import { join } from "node:path";
import { YAML } from "bun";

const read = async (path: string): Promise<unknown> =>
  YAML.parse(await Bun.file(join(import.meta.dir, path)).text());

/** By pod, in percent, from Prometheus; a quantity is a string. */
const podMetric = (name: string) => ({
  type: "Pods",
  pods: { metric: { name }, target: { type: "AverageValue", averageValue: "80" } },
});
const onePod = (periodSeconds: number) => ({
  selectPolicy: "Max",
  policies: [{ type: "Pods", value: 1, periodSeconds }],
});

test("3 to 10 instances, by CPU, CCU and queue, one more a minute and one less in five", async () => {
  expect(await read("autoscaling.yml")).toEqual({
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "api" },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "api" },
      minReplicas: 3,
      maxReplicas: 10,
      metrics: [
        {
          type: "Resource",
          resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } },
        },
        podMetric("ccu_utilization"),
        podMetric("queue_utilization"),
      ],
      behavior: {
        scaleUp: { stabilizationWindowSeconds: 0, ...onePod(60) },
        scaleDown: { stabilizationWindowSeconds: 300, ...onePod(300) },
      },
    },
  });
});

test("the adapter finds what is scaled by, and it is recorded", async () => {
  type Named = { readonly record: string };
  type Rules = { readonly groups: readonly { readonly rules: readonly Named[] }[] };
  const { groups } = (await read("prometheus/rules.yml")) as Rules;
  const recorded = groups.flatMap(({ rules }) => rules.map(({ record }) => record));
  const adapter = (await read("prometheus/adapter.yml")) as {
    readonly rules: readonly { readonly seriesQuery: string }[];
  };
  const [rule] = adapter.rules;
  const pattern = /__name__=~"([^"]+)"/.exec(rule?.seriesQuery ?? "")?.[1] ?? "none";
  const found = recorded.filter((name) => new RegExp(pattern).test(name));
  expect(found.toSorted()).toEqual(["ccu_utilization", "queue_utilization"]);
});
