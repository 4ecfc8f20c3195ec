export const options = { iterations: 2 };
export default function () {
  console.log("iteration", __ITER);
  setTimeout(() => {
    throw new Error("in a timer");
  }, 1);
}
