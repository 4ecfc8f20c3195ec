import { nothing } from "./no-such-file.js";

export default function () {
  nothing();
}
