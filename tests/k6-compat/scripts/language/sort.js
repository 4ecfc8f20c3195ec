import { SharedArray } from "k6/data";

const shared = new SharedArray("n", () => [3, 1, 2]);

export default function () {
  console.log([10, 9, 1].sort().join(), [10, 9, 1].sort((a, b) => a - b).join());
  console.log([...shared].sort().join(), ["b", "a", "C"].sort().join());
  console.log([1, 2, 3].reverse().join(), [1, [2, [3]]].flat(Infinity).join());
  console.log([1, 2, 3].at(-1), [1, 2, 3].includes(2), [3, 4].indexOf(4), [1, 2].fill(0).join());
  console.log([1, 2, 3, 4].splice(1, 2).join(), [1, 2, 3].slice(-2).join(), [1].concat([2]).join());
  console.log([3, 1, 2].toSorted().join(), [1, 2].toReversed().join(), [1, 2].with(0, 9).join());
  console.log([..."aé😀"].length, "abc".at(-1));
}
