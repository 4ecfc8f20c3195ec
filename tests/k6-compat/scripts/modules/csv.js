import csv from "k6/experimental/csv";
import { open } from "k6/experimental/fs";
import { sorted } from "../imported/sorted.js";

const file = () => open("../imported/people.csv");
const rows = await csv.parse(await file());
const people = await csv.parse(await file(), { asObjects: true });
const some = await csv.parse(await file(), { skipFirstLine: true, fromLine: 1, toLine: 2 });
const split = await csv.parse(await file(), { delimiter: "a" }).catch(() => "refused");
const parser = new csv.Parser(await file(), { skipFirstLine: true });
const objects = new csv.Parser(await file(), { asObjects: true, toLine: 1 });

export const options = { iterations: 2 };

export default async function () {
  console.log(
    rows.length,
    JSON.stringify(rows[0]),
    JSON.stringify(rows[1]),
    JSON.stringify(rows[3]),
  );
  console.log(people.length, sorted(people[0]), people[1].city);
  console.log(JSON.stringify(some), split.length);
  console.log(JSON.stringify(await parser.next()), JSON.stringify(await objects.next()));
  if (__ITER === 1) {
    console.log(JSON.stringify(await parser.next()), JSON.stringify(await parser.next()));
  }
}
