export default function () {
  console.log("before");
  nowhere = 5;
}
