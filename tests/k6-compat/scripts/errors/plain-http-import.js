import nothing from "http://127.0.0.1:1/script.js";

export default function () {
  nothing();
}
