import { expect, test } from "bun:test";
import { CheckTree } from "./check-tree.ts";

const id = (path: string) => `md5 of ${path}`;

test("checks are counted where they are, in the order they came", () => {
  const tree = new CheckTree({ maxNames: 100 });
  tree.add("", "is up", true);
  tree.add("::outer::inner", "is fast", false);
  tree.add("::outer::inner", "is fast", true);
  tree.addGroup("::empty");
  expect(tree.toRootGroup(id)).toEqual({
    name: "",
    path: "",
    id: "md5 of ",
    groups: [
      {
        name: "outer",
        path: "::outer",
        id: "md5 of ::outer",
        groups: [
          {
            name: "inner",
            path: "::outer::inner",
            id: "md5 of ::outer::inner",
            groups: [],
            checks: [check("is fast", "::outer::inner::is fast", 1, 1)],
          },
        ],
        checks: [],
      },
      { name: "empty", path: "::empty", id: "md5 of ::empty", groups: [], checks: [] },
    ],
    checks: [check("is up", "::is up", 1, 0)],
  });
});

test("what workers drain adds up to the whole", () => {
  const [whole, merged] = [new CheckTree({ maxNames: 100 }), new CheckTree({ maxNames: 100 })];
  const workers = [new CheckTree({ maxNames: 100 }), new CheckTree({ maxNames: 100 })];
  for (let index = 0; index < 40; index += 1) {
    const worker = workers[index % 2]!;
    for (const tree of [whole, worker]) {
      tree.addGroup(`::group ${index % 3}`);
      tree.add(`::group ${index % 3}`, `check ${index % 5}`, index % 7 > 2);
    }
    merged.merge(JSON.parse(JSON.stringify(worker.drain())));
  }
  expect(merged.toRootGroup(id)).toEqual(whole.toRootGroup(id));
});

test("a drain tells of a group once and of a check when it was counted", () => {
  const tree = new CheckTree({ maxNames: 100 });
  tree.add("::g", "c", true);
  expect(tree.drain()).toEqual([
    { path: "", checks: [] },
    { path: "::g", checks: [["c", 1, 0]] },
  ]);
  expect(tree.drain()).toEqual([]);
  tree.add("::g", "c", false);
  expect(tree.drain()).toEqual([{ path: "::g", checks: [["c", 0, 1]] }]);
});

test("names beyond the limit are counted together", () => {
  const tree = new CheckTree({ maxNames: 3 });
  tree.add("::g", "first", true);
  tree.add("::g", "second", true);
  tree.add("::g", "third", true);
  tree.add("::late", "fourth", false);
  tree.addGroup("::g::deep");
  const rest = "(groups and checks beyond the first 3)";
  const { groups, checks } = tree.toRootGroup(id);
  expect(checks).toEqual([check(rest, `::${rest}`, 1, 1)]);
  expect(groups.map(({ path }) => path)).toEqual(["::g"]);
  expect(groups[0]?.checks.map(({ name }) => name)).toEqual(["first", "second"]);
});

function check(name: string, path: string, passes: number, fails: number) {
  return { name, path, id: id(path), passes, fails };
}
