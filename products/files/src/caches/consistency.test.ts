import { expect, test } from "bun:test";
import fc from "fast-check";
import { filesService, type TestFiles } from "../testing/files-service.ts";

/** Few, so that changes and questions meet. */
const paths = ["a", "f/a", "f/b", "f/g/a", "h/a"];
const folders = ["f", "f/g", "h"];

type Step =
  | { readonly kind: "upload" | "delete" | "ask"; readonly path: string }
  | { readonly kind: "delete folder"; readonly folder: string };

const pathStep = fc.record({
  kind: fc.constantFrom("upload" as const, "delete" as const, "ask" as const, "ask" as const),
  path: fc.constantFrom(...paths),
});
const folderStep = fc.record({
  kind: fc.constant("delete folder" as const),
  folder: fc.constantFrom(...folders),
});

async function upload({ ask }: TestFiles, path: string): Promise<void> {
  const body = new FormData();
  const slash = path.lastIndexOf("/");
  if (slash > 0) body.set("path", path.slice(0, slash));
  body.set("file", new File([path], path.slice(slash + 1)));
  expect((await ask("/upload", { method: "POST", body })).status).toBe(200);
}

interface Listed {
  readonly data: readonly { readonly name: string; readonly isFolder: boolean }[];
}

/** Files as each of the four ways tells of them. */
async function seen(files: TestFiles): Promise<readonly (readonly string[])[]> {
  const listings = ["", ...folders].map(async (folder) => {
    const { json } = await files.ask(`/list?path=${folder}`);
    const { data } = json!.data as Listed;
    return data.filter(({ isFolder }) => !isFolder).map(({ name }) => name);
  });
  const links = paths.map(async (path) => {
    return (await files.ask(`/download?path=${path}`)).status === 200 ? [path] : [];
  });
  const batch = async (): Promise<readonly string[]> => {
    const { json } = await files.post("/batch-download", { paths });
    const { files: items } = json!.data as { files: { path: string; success: boolean }[] };
    return items.filter(({ success }) => success).map(({ path }) => path);
  };
  const below = async (): Promise<readonly string[]> => {
    const { text } = await files.ask("/list-folders");
    return (JSON.parse(text) as { name: string }[]).map(({ name }) => name);
  };
  const [listed, linked] = [await Promise.all(listings), await Promise.all(links)];
  return [sorted(listed.flat()), sorted(linked.flat()), sorted(await batch()), await below()];
}

const sorted = (all: readonly string[]): readonly string[] =>
  paths.filter((path) => all.includes(path));

const foldersOf = (all: ReadonlySet<string>): readonly string[] =>
  ["f/", "f/g/", "h/"].filter((folder) => [...all].some((path) => path.startsWith(folder)));

test("whatever was changed, and whoever asks meanwhile, all answers after it tell the truth", async () => {
  const steps = fc.array(fc.oneof({ weight: 5, arbitrary: pathStep }, folderStep), {
    maxLength: 12,
  });
  await using files = await filesService();
  const run = async (step: Step, model: Set<string>): Promise<void> => {
    if (step.kind === "upload") {
      await upload(files, step.path);
      model.add(step.path);
    } else if (step.kind === "delete") {
      await files.ask(`/delete?path=${step.path}`, { method: "DELETE" });
      model.delete(step.path);
    } else if (step.kind === "delete folder") {
      await files.ask(`/delete-folder?path=${step.folder}`, { method: "DELETE" });
      for (const path of model) if (path.startsWith(`${step.folder}/`)) model.delete(path);
    }
  };
  const property = fc.asyncProperty(steps, async (all: readonly Step[]) => {
    const model = new Set<string>();
    for (const step of all) {
      // Others ask while it changes, which must not keep what was before.
      await Promise.all([run(step, model), seen(files), seen(files)]);
      const truth = sorted([...model]);
      expect(await seen(files)).toEqual([truth, truth, truth, foldersOf(model)]);
    }
    for (const key of files.store.contents.keys()) {
      await files.ask(`/delete?path=${key}`, { method: "DELETE" });
    }
  });
  await fc.assert(property, { numRuns: 15 });
});
