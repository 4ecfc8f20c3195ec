import type { DropReason, Message } from "@breakwater/message";
import { type KeptMessage, tryKept } from "./stream-entries.ts";

/** What an instance is told by the script that another has run. */
export type InstanceRecord =
  | { readonly kind: "arrival" | "broadcast"; readonly message: KeptMessage }
  | { readonly kind: "settled"; readonly message: Message }
  | { readonly kind: "buried"; readonly message: Message; readonly reason: DropReason }
  | { readonly kind: "replaced"; readonly clientId: string; readonly seq: number };

/** A record begins with its kind; JSON has no such character (RFC 8259, 7) as parts records. */
export function parseRecords(text: string): readonly InstanceRecord[] {
  const records: InstanceRecord[] = [];
  for (const record of text.split("\x1e")) {
    const parsed = tryRecord(record);
    if (parsed !== undefined) records.push(parsed);
  }
  return records;
}

function tryRecord(record: string): InstanceRecord | undefined {
  const first = record.indexOf(" ", 2);
  switch (record[0]) {
    case "m":
      return tryPlaced("arrival", record);
    case "b":
      return tryPlaced("broadcast", record);
    case "s": {
      const message = tryKept(record.slice(first + 1), {
        seq: 0,
        acceptedAtMs: Number(record.slice(2, first)),
      });
      return message && { kind: "settled", message };
    }
    case "d": {
      const second = record.indexOf(" ", first + 1);
      const message = tryKept(record.slice(second + 1), {
        seq: 0,
        acceptedAtMs: Number(record.slice(first + 1, second)),
      });
      return message && { kind: "buried", message, reason: record.slice(2, first) as DropReason };
    }
    case "r": {
      const clientId = record.slice(first + 1);
      return { kind: "replaced", clientId, seq: Number(record.slice(2, first)) };
    }
    default:
      return undefined;
  }
}

function tryPlaced(kind: "arrival" | "broadcast", record: string): InstanceRecord | undefined {
  const first = record.indexOf(" ", 2);
  const second = record.indexOf(" ", first + 1);
  const message = tryKept(record.slice(second + 1), {
    seq: Number.parseInt(record.slice(2, first), 10),
    acceptedAtMs: Number(record.slice(first + 1, second)),
  });
  return message && { kind, message };
}
