import { writeSync } from "node:fs";
import { complete, put, putPart, startUpload } from "../../testing/disk-calls.ts";
import type { Disk } from "../disk.ts";
import { openDisk } from "../open-disk.ts";
import { type Change, contentFor, crashBucket, crashKeys, parseDurability } from "./crash-model.ts";

/**
 * Changes objects until it is killed, and says of each change when it begins and when it was
 * acknowledged. Arguments: folder, durability, the first version.
 */
const [folder = "", durability = "", first = ""] = process.argv.slice(2);
const disk = await openDisk({
  folder,
  durability: parseDurability(durability),
  newId: () => crypto.randomUUID(),
});
await disk.createBucket(crashBucket, 1);
say("ready");
await Promise.all(crashKeys.map(change));

async function change(key: string): Promise<void> {
  for (let version = Number(first); ; version += 1) {
    const kind = (["put", "put", "upload", "copy", "put", "delete"] as const)[version % 6]!;
    const next = { key, version, kind };
    say(`begin ${JSON.stringify(next)}`);
    await make(disk, next);
    say(`done ${JSON.stringify(next)}`);
  }
}

async function make(on: Disk, { key, version, kind }: Change): Promise<void> {
  const place = { bucket: crashBucket, key };
  const bytes = contentFor({ key, version });
  if (kind === "delete") {
    await on.deleteObject(place, () => {});
  } else if (kind === "upload") {
    const uploadId = await startUpload(on, place);
    const half = Math.floor(bytes.length / 2);
    await putPart(on, uploadId, { partNumber: 2, bytes: bytes.slice(half) });
    await putPart(on, uploadId, { partNumber: 1, bytes: bytes.slice(0, half) });
    await complete(on, { ...place, uploadId, partNumbers: [1, 2] });
  } else if (kind === "copy") {
    const source = { bucket: crashBucket, key: `${key}-source` };
    const { content } = await put(on, { ...source, bytes });
    const copy = await on.duplicate(content, { first: 0, last: bytes.length - 1 });
    await on.deleteObject(source, () => {});
    const object = { ...on.object(place)!, ...place, bytes: bytes.length, content: copy };
    await on.putObject(object, () => {});
  } else {
    await put(on, { ...place, bytes });
  }
}

function say(line: string): void {
  writeSync(1, `${line}\n`);
}
