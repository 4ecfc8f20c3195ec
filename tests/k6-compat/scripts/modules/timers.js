import { sleep } from "k6";
import { setTimeout as later } from "k6/timers";

export const options = { iterations: 2 };

export default function () {
  let ticks = 0;
  later((text) => console.log(text, __ITER), 10, "later");
  const id = setInterval(() => {
    ticks += 1;
    console.log(`tick ${ticks}`);
    if (ticks === 3) clearInterval(id);
  }, 5);
  const never = setTimeout(() => console.log("never"), 1);
  clearTimeout(never);
  Promise.resolve().then(() => console.log("promise"));
  sleep(0.05);
  console.log("slept");
}
