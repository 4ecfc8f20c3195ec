import { explode } from "../imported/explode.js";

export default function () {
  explode();
}
