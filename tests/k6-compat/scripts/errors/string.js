export default function () {
  throw "a string";
}
