export default function () {
  throw undefined;
}
