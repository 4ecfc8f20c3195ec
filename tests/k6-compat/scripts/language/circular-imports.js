import { fromA } from "../imported/circle-a.js";

export default function () {
  console.log(fromA());
}
