export const options = { vus: 1, iterations: 2 };

export default function () {
  console.log("before");
  throw new Error("thrown");
}
