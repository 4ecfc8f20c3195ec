import { check, group } from "k6";
import http from "k6/http";
import { Counter } from "k6/metrics";

const zähler = new Counter("my_counter");

export const options = { thresholds: { "my_counter{wo:zürich}": ["count==1"] } };

export default function () {
  console.log('ä € 😀 \u0000|\t|"quoted"|\\');
  const response = http.post(`${__ENV.HTTP}/anything/grüße?q=%C3%A4%20b`, "körper 😀", {
    headers: { "X-Thing": "plain" },
  });
  console.log(response.json("data"), JSON.stringify(response.json("args")));
  check(response, { "größe ✓": ({ status }) => status === 200 });
  group("gruppe 世界", () => zähler.add(1, { wo: "zürich" }));
  console.log(http.post(`${__ENV.HTTP}/post`, { "schlüssel ä": "wert 😀" }).request.body);
}
export function handleSummary({ root_group }) {
  console.log(root_group.groups[0].name, root_group.checks[0].name, root_group.checks[0].id);
  return {};
}
