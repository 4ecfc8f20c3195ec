import csv from "k6/experimental/csv";
import { open } from "k6/experimental/fs";

const file = () => open("../imported/people.csv");
const ragged = await open("../imported/ragged.csv");
const tries = {
  "long delimiter": async () => csv.parse(await file(), { delimiter: "ab" }),
  "negative line": async () => csv.parse(await file(), { fromLine: -1 }),
  "crossed lines": async () => csv.parse(await file(), { fromLine: 3, toLine: 1 }),
  "objects without header": async () =>
    csv.parse(await file(), { asObjects: true, skipFirstLine: true }),
  "objects from line 2": async () => csv.parse(await file(), { asObjects: true, fromLine: 2 }),
  ragged: async () => csv.parse(ragged),
};
const outcomes = [];
for (const [name, attempt] of Object.entries(tries)) {
  try {
    outcomes.push(`${name} ${JSON.stringify(await attempt())}`);
  } catch (error) {
    outcomes.push(`${name} refused`);
  }
}
export default function () {
  for (const outcome of outcomes) console.log(outcome);
}
