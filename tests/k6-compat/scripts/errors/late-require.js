export default function () {
  try {
    require("k6/http");
  } catch (error) {
    console.log("refused");
  }
}
