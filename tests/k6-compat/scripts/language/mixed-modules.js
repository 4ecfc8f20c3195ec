import { check } from "k6";
import common, { twice } from "../imported/common.cjs.js";
import * as reexported from "../imported/index.js";

const data = require("../imported/common.cjs.js");

export default function () {
  console.log(twice(2), common.twice(3), data === common, Object.keys(reexported).sort().join());
  console.log(reexported.default(201), reexported.renamed, reexported.sorted({ b: 1, a: 2 }));
  check(reexported, {
    "has both": ({ three, sorted }) => three === 3 && typeof sorted === "function",
  });
}
