import { parseBytes, parseDuration } from "@breakwater/units";
import { z } from "zod";

/** A time such as "1m30s", or a number of ms; read as ms. A default is in ms. */
export function duration(): Quantity {
  return quantity("time", parseDuration);
}

/** A size such as "10K", or a number of bytes; read as bytes. A default is in bytes. */
export function size(): Quantity {
  return quantity("size", parseBytes);
}

/** What may be written for it, and the number that is read. */
export type Quantity = z.ZodType<number, string | number>;

/** How a quantity is called in the help, `<time>`; `undefined` for a schema of another kind. */
export function quantityName(schema: z.core.$ZodType): string | undefined {
  return quantities.get(schema)?.name;
}

/** The number in its largest unit that says exactly the same: 90000 is "90s", 10240 is "10K". */
export function showQuantity(name: string, value: number): string {
  for (const [unit, factor] of units[name] ?? []) {
    if (value >= factor && value % factor === 0) return `${value / factor}${unit}`;
  }
  return String(value);
}

const quantities = z.registry<{ readonly name: string }>();

const units: Readonly<Record<string, readonly (readonly [string, number])[]>> = {
  time: [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1000],
    ["ms", 1],
  ],
  size: [
    ["T", 2 ** 40],
    ["G", 2 ** 30],
    ["M", 2 ** 20],
    ["K", 2 ** 10],
  ],
};

function quantity(name: string, parse: (input: string | number) => number): Quantity {
  const schema = z.union([z.string(), z.number()]).transform((value, context) => {
    try {
      return parse(value);
    } catch (error) {
      context.addIssue({ code: "custom", message: (error as Error).message });
      return z.NEVER;
    }
  });
  quantities.add(schema, { name });
  return schema;
}
