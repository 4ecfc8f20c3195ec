/** Prints what each operation takes, as JSON: run by run.ts in a process of its own. */
import { type Measured, measureOperation } from "./measure-operation.ts";
import { operations } from "./operations.ts";

const measured: Measured[] = [];
for (const operation of operations) measured.push(await measureOperation(operation));
console.log(JSON.stringify(measured));
process.exit(0);
