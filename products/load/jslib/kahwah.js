import { check, group, sleep } from "k6";
import { Counter, Trend } from "k6/metrics";

// Stands in for https://jslib.k6.io/kahwah/0.1.6/index.js: tests as steps, each with metrics.

export const thresholds = {};
export const options = { thresholds };

class Step {
  constructor({ title, id, run, isWorkflow, isSkipped = false }) {
    this.title = title;
    this.id = id;
    this.run = run;
    this.workflow = isWorkflow;
    this.skip = isSkipped;
    this.exceptions = [];
    this.errors = new Counter(`${id}_errors`);
    this.durations = new Trend(`${id}_duration`, true);
    thresholds[`${id}_errors`] = ["rate==0"];
  }

  perform(context) {
    this.exceptions = [];
    if (this.skip) {
      group(`∅ ${this.title}`, () => {});
      return;
    }
    const startMs = Date.now();
    group(this.title, () => {
      try {
        this.run(context);
      } catch (error) {
        this.fail(error);
      } finally {
        this.durations.add(Date.now() - startMs);
      }
    });
  }

  fail(error) {
    this.errors.add(1);
    this.exceptions.push(error);
  }
}

/** Steps that are run in their order; a failed step() keeps the later ones from being run. */
export class Flow {
  #current;

  constructor(title) {
    this.title = title;
    this.id = idOf(title ?? "");
    this.prefix = this.id === "" ? "" : `${this.id}_`;
    this.steps = [];
  }

  /** What the running step was given, with the step itself. */
  get context() {
    return this.#current;
  }

  step(title, run) {
    this.#add({ title, run, isWorkflow: true });
  }

  suite(title, run) {
    this.#add({ title, run, isWorkflow: false });
  }

  skip(title) {
    this.#add({ title, isWorkflow: false, isSkipped: true });
  }

  run(data = {}) {
    if (this.id === "") this.#runAll(data);
    else group(this.title, () => this.#runAll(data));
  }

  it(title, run) {
    try {
      run();
      check(null, { [title]: true });
    } catch (error) {
      this.#current?.step.fail(error);
      check(null, { [`${title} (${error})`]: false });
    }
  }

  #add({ title, ...options }) {
    this.steps.push(
      new Step({ title: this.prefix + title, id: idOf(this.prefix + title), ...options }),
    );
  }

  #runAll(data) {
    let isGood = true;
    for (const step of this.steps) {
      if (step.workflow && !isGood) continue;
      this.#current = Object.freeze({ ...data, step });
      step.perform(this.#current);
      this.#current = undefined;
      if (step.workflow && step.exceptions.length > 0) isGood = false;
      for (const error of step.exceptions) console.error(error);
      if (data.sleep) sleep(data.sleep);
    }
  }
}

function idOf(title) {
  return title.replace(/[ -]/g, "_").toLowerCase();
}

const flow = new Flow();

export function describe(title, run) {
  flow.suite(title, run);
}
describe.skip = (title) => flow.skip(title);

export function step(title, run) {
  flow.step(title, run);
}
step.skip = (title) => flow.skip(title);

export function it(title, run) {
  flow.it(title, run);
}
it.skip = () => {};

export function context() {
  return flow.context;
}

function run(data) {
  flow.run(data);
}

export { run as default };
