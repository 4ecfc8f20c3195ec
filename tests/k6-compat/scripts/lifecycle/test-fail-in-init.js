import exec from "k6/execution";

exec.test.fail("at the top");
export default function () {
  console.log("runs");
}
