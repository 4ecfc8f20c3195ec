import timers, { clearTimeout as clear, setInterval as every } from "k6/timers";

export default function () {
  console.log(Object.keys(timers).sort().join());
  const order = [];
  setTimeout(() => order.push(3), 30);
  setTimeout(() => order.push(1), 10);
  setTimeout((a, b) => order.push(a + b), 20, 1, 1);
  const id = setTimeout(() => order.push("never"), 15);
  console.log(typeof id);
  clear(id);
  clear(12345);
  clear(undefined);
  setTimeout(() => console.log(order.join()), 60);
  let n = 0;
  const interval = every(() => {
    n += 1;
    if (n === 2) clearInterval(interval);
  }, 5);
  setTimeout(() => console.log("interval", n), 50);
  for (const wrong of [
    () => setTimeout("text", 1),
    () => setTimeout(),
    () => setInterval(5),
    () => setTimeout(() => {}, -5),
  ]) {
    try {
      console.log(typeof wrong());
    } catch (error) {
      console.log("refused");
    }
  }
}
