import exec from "k6/execution";

exec.test.abort("at the top");
console.log("never");
export default function () {
  console.log("never");
}
