import { nothing } from "../imported/sorted.js";

export default function () {
  console.log(typeof nothing);
}
