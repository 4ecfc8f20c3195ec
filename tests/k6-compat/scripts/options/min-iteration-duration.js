export const options = { minIterationDuration: "300ms", iterations: 3 };

let beganMs = 0;
export default function () {
  const agoMs = Date.now() - beganMs;
  if (beganMs > 0) console.log(agoMs >= 299 && agoMs < 600);
  beganMs = Date.now();
}
