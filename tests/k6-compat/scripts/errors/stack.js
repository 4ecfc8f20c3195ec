function inner() {
  return new Error("with a stack").stack;
}
function outer() {
  return inner();
}
export default function () {
  const lines = outer().split("\n");
  console.log(lines[0]);
  console.log(
    lines
      .slice(1, 4)
      .map((line) => /stack\.js:(\d+)/.exec(line)[1])
      .join(),
  );
}
