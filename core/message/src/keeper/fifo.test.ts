import { expect, test } from "bun:test";
import fc from "fast-check";
import { Fifo } from "./fifo.ts";

interface Item {
  readonly number: number;
}

type Step = readonly ["push" | "shift" | "take" | "takeLast" | "takeAll" | "clear", number];

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.tuple(
    fc.oneof(
      { weight: 6, arbitrary: fc.constant("push" as const) },
      { weight: 4, arbitrary: fc.constantFrom("shift" as const, "take" as const) },
      { weight: 1, arbitrary: fc.constantFrom("takeLast" as const, "takeAll" as const) },
      { weight: 1, arbitrary: fc.constantFrom("clear" as const, "shift" as const) },
    ),
    fc.nat(9),
  ),
  { maxLength: 300, size: "max" },
);

test("a fifo gives what a plain array would, whatever is taken from wherever", () => {
  fc.assert(
    fc.property(steps, (all) => {
      const fifo = new Fifo<Item>();
      const plain: Item[] = [];
      for (const [index, [kind, digit]] of all.entries()) {
        const fits = (item: Item): boolean => item.number % 10 === digit;
        expect(apply(fifo, { kind, index, fits })).toBe(applyPlainly(plain, { kind, index, fits }));
        expect([fifo.size, fifo.first]).toEqual([plain.length, plain[0]]);
      }
      expect([...fifo]).toEqual(plain);
      expect([...fifo.backwards()]).toEqual(plain.toReversed());
      const isBig = ({ number }: Item): boolean => number > 5;
      expect(fifo.find(isBig)).toEqual(plain.find(isBig));
    }),
    { numRuns: 300 },
  );
});

interface Doing {
  readonly kind: Step[0];
  readonly index: number;
  readonly fits: (item: Item) => boolean;
}

function apply(fifo: Fifo<Item>, { kind, index, fits }: Doing): number | undefined {
  if (kind === "push") return void fifo.push({ number: index });
  if (kind === "clear") return void fifo.clear();
  if (kind === "takeAll") return sum(fifo.takeAll(fits));
  return (kind === "shift" ? fifo.shift() : fifo[kind](fits))?.number;
}

function applyPlainly(plain: Item[], { kind, index, fits }: Doing): number | undefined {
  if (kind === "push") return void plain.push({ number: index });
  if (kind === "clear") return void plain.splice(0);
  if (kind === "shift") return plain.shift()?.number;
  if (kind === "takeAll") {
    const taken = plain.filter(fits);
    plain.splice(0, plain.length, ...plain.filter((item) => !fits(item)));
    return sum(taken);
  }
  const place = kind === "take" ? plain.findIndex(fits) : plain.findLastIndex(fits);
  return place === -1 ? undefined : plain.splice(place, 1)[0]?.number;
}

function sum(items: readonly Item[]): number {
  return items.reduce((total, { number }) => total + number, 0);
}
