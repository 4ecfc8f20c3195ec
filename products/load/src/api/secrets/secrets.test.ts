import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { TestState } from "../../engine/test-state.ts";
import { Interrupted } from "../../vu/activity.ts";
import { caught, messageOf, testUser } from "../../vu/testing/test-user.ts";
import { secretsOf } from "./secrets.ts";

/** A VU whose sources say who was asked for what; the one called "slow" never answers. */
function setUp() {
  const state = new TestState({
    options: {},
    folder: "/",
    onVerdict: () => {},
    secrets: {
      source: (name = "default") => {
        if (name === "none") throw new TypeError("no such source");
        const get = (key: string) =>
          name === "slow" ? new Promise<string>(() => {}) : Promise.resolve(`${name}:${key}`);
        return { name, get };
      },
    },
  });
  const vu = testUser({ clock: new FakeClock(), shared: { test: state } });
  return { vu, secrets: secretsOf(vu.user) };
}

test("secrets come from the default source, or one by its name", async () => {
  const { vu, secrets } = setUp();
  const values = await vu.inside(() =>
    Promise.all([secrets.get("k"), secrets.source("other").get(5), secrets.get()]),
  );
  expect(values).toEqual(["default:k", "other:5", "default:"]);
});

test("they can be had while the script is loaded", async () => {
  expect(await setUp().secrets.get("k")).toBe("default:k");
});

test("a source that there is not rejects when it is asked", async () => {
  const { vu, secrets } = setUp();
  const source = secrets.source("none");
  expect(messageOf(await vu.inside(() => caught(source.get("k"))))).toBe("no such source");
});

test("the iteration waits for a secret, and its interruption ends that", async () => {
  const { vu, secrets } = setUp();
  let error: unknown;
  const done = vu.iterate(() => {
    secrets
      .source("slow")
      .get("k")
      .catch((thrown: unknown) => {
        error = thrown;
      });
  });
  await Promise.resolve();
  vu.user.interrupt();
  expect(await done).toBe("interrupted");
  expect(error).toBeInstanceOf(Interrupted);
});
