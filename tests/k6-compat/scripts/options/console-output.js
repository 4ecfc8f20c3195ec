// k6: --console-output console.txt
export default function () {
  console.log("to the file", { a: 1 });
  console.warn("and this");
}
