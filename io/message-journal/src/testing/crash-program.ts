import { writeSync } from "node:fs";
import { KeeperStage, testMessage } from "@breakwater/message/testing";
import { type JournalDurability, openJournal } from "../open-journal.ts";
import { testLimits } from "./journal-folder.ts";

/**
 * Puts messages for "bob" and settles most of them until it is killed, and says what it was told,
 * and what it is about to settle. Arguments: file, durability, the first id.
 */
const [file = "", durability = "", first = ""] = process.argv.slice(2);
const journal = await openJournal({
  file,
  limits: testLimits,
  epochMs: () => Number(first),
  durability: durability as JournalDurability,
  onError: (error) => say(`error ${error}`),
});
const stage = new KeeperStage(journal);
await stage.connect("bob");
for (let id = Number(first); ; ) {
  const puts: Promise<void>[] = [];
  for (let count = id % 20; count >= 0; count -= 1, id += 1) puts.push(put(`${id}`));
  settle(stage.arrivals.splice(0, stage.arrivals.length - (id % 7)).map(({ message }) => message));
  await Promise.all(puts);
}

async function put(id: string): Promise<void> {
  const outcome = await stage.put(
    testMessage({ id, bytes: 1500, to: id.endsWith("7") ? null : "bob" }),
  );
  say(`${outcome.kind} ${id}`);
}

function settle(messages: readonly ReturnType<typeof testMessage>[]): void {
  const settled = messages.filter(({ envelope }) => !envelope.id.endsWith("3"));
  for (const { envelope } of settled) say(`settling ${envelope.id}`);
  stage.keeper.settle("bob", settled);
}

function say(line: string): void {
  writeSync(1, `${line}\n`);
}
