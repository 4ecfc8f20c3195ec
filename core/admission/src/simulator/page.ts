import { contestants, queues } from "./suite.ts";
import { suiteTables, type TableRow } from "./table.ts";

/** The page of the docs: regenerate it with tools/write-admission-table.ts. */
export function simulationPage(rows: readonly TableRow[], queueRows: readonly TableRow[]): string {
  const algorithms = { title: "algorithm", names: contestants.map(({ name }) => name) };
  const ofQueues = { title: "queue", names: queues.map(({ name }) => name) };
  const scenarios = suiteTables(rows, algorithms);
  return `${introduction}\n${scenarios}\n${aboutQueues}\n${suiteTables(queueRows, ofQueues)}`;
}

const introduction = `# Admission, simulated

Every algorithm of \`@breakwater/admission\` at its defaults, in every scenario of
\`@breakwater/admission/simulator\`: virtual time, Poisson arrivals with seed 1, no queue in the
limiter. Clients wait for 1 s unless it says otherwise. Written by \`tools/write-admission-table.ts\`;
a test compares it with a run.

- **good/s**: answered while the client still waited. **p50**, **p99**: of what was admitted.
- **shed**: of all attempts. **falsely**: the same, while a worker of the server had nothing to do.
- **limit**: its mean. **recovers**: from the end of the disturbance until 90 % goes well again.
- Bold is outside of what the scenario's test calls healthy. Each such weakness is recorded in
  \`known-failures.ts\`, and a test fails when one appears or goes away.

They are models: ten workers with exponential times are no service. Run your own limits against your
own figures (\`runScenario\`) before you trust any of these.
`;

const aboutQueues = `# With a queue in the limiter

The same, by \`fixed(12)\`, with 1,000 who may wait for 5 s unless it says otherwise; CoDel with a
target of 20 ms in 100 ms. Whoever leaves is taken out of the queue. A long line served in order
works for those who are about to leave; one that is short, or kept short by CoDel, does not.
`;
