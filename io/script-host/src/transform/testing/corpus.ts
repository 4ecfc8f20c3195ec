/** Bodies of default functions, by what they show. `call` holds the script up in k6. */
type Corpus = Readonly<Record<string, string>>;

export const functions: Corpus = {
  "declarations call one another, before and after they stand": `
    const first = outer(1);
    function outer(x) { return inner(x) + 1; }
    function inner(x) { return call(x) * 2; }
    return [first, outer(2)];`,
  "arrows with an expression, and with a body": `
    const short = (x) => call(x);
    const long = x => { const y = call(x); return y + 1; };
    const object = (x) => ({ x: call(x) });
    return [short(1), long(2), object(3)];`,
  "closures in an array, by a computed index": `
    const ops = [() => call(1), () => 2, function () { return call(3); }];
    const results = [];
    for (let i = 0; i < ops.length; i++) results.push(ops[i]());
    return results;`,
  "closures in an object, by a computed name": `
    const ops = { a: () => call("a"), b() { return "b"; }, ["c"]: function () { return call("c"); } };
    return Object.keys(ops).map((name) => ops[name]());`,
  "closures pushed to an array, and taken out": `
    const queue = [];
    queue.push(() => call(1));
    queue.unshift(() => call(0), () => 5);
    const results = [];
    while (queue.length) { const next = queue.shift(); results.push(next()); }
    return results;`,
  "closures in a Map": `
    const ops = new Map([["a", () => call(1)]]);
    ops.set("b", (x) => call(x));
    const results = [ops.get("a")(), ops.get("b")(2)];
    for (const [name, op] of ops) results.push(name, op(7));
    ops.forEach((op) => results.push(op(8)));
    for (const op of ops.values()) results.push(op(9));
    return results;`,
  "entries of an object": `
    const ops = { a: () => call(1), b: () => call(2) };
    for (const [name, op] of Object.entries(ops)) log([name, op()]);
    return Object.values(ops).map((op) => op());`,
  "a function that is passed on": `
    const twice = (run) => [run(1), run(2)];
    const relay = (run, ...rest) => twice(run, ...rest);
    return relay((x) => call(x));`,
  "a function that makes functions": `
    const maker = (x) => () => (y) => call(x + y);
    return [maker(1)()(2), maker(3)()(4)];`,
  "a function with properties": `
    function api(x) { return x; }
    api.get = (x) => call(x);
    return [api(1), api.get(2)];`,
  "the same names for different things": `
    const get = (x) => call(x);
    const quiet = { get: (x) => x + 1 };
    { const get = (x) => x * 2; log(get(4)); }
    return [get(1), quiet.get(2)];`,
  "a variable that is set again": `
    let run = () => 1;
    const before = run();
    run = () => call(2);
    return [before, run()];`,
  "recursion, direct and in turns": `
    const count = (n) => n === 0 ? [] : [...count(n - 1), call(n)];
    const even = (n) => n === 0 ? true : odd(call(n) - 1);
    const odd = (n) => n === 0 ? false : even(call(n) - 1);
    return [count(4), even(5), odd(5)];`,
  "default parameters that call": `
    function f(a = call(1), { b = call(2), c } = {}, [d] = [call(4)], ...rest) {
      return [a, b, c, d, rest, arguments.length];
    }
    const g = (a, b = call(a + 1)) => [a, b];
    const h = (a = call(9)) => ({ a });
    const o = { m(a = call("m")) { return a; } };
    return [f(), f(0, { b: 5, c: 6 }, [7], 8, 9), g(1), g(1, 5), h(), o.m(), o.m(2)];`,
  "default parameters that are functions": `
    const f = (run = () => call(1)) => run();
    return [f(), f(() => 2)];`,
  "parameters taken apart": `
    const f = ({ run, deep: { also }, ...rest }, [one, ...more]) =>
      [run(), also(), rest.last(), one(), more[0]()];
    return f(
      { run: () => call(1), deep: { also: () => call(2) }, last: () => call(3) },
      [() => call(4), () => call(5)],
    );`,
  "arguments, and this": `
    function sum() { let total = 0; for (const x of arguments) total += call(x); return total; }
    function all() { return [...arguments].map((run) => run()); }
    const o = { x: 3, get() { return call(this.x); }, later() { return [1].map(() => this.get()); } };
    return [sum(1, 2, 3), all(() => call(1)), o.get(), o.later()];`,
  "call, apply and bind": `
    function add(a, b) { return call(this.x + a + b); }
    const bound = add.bind({ x: 10 }, 1);
    return [add.call({ x: 1 }, 2, 3), add.apply({ x: 1 }, [2, 3]), bound(5),
      Reflect.apply(add, { x: 0 }, [1, 1]), Function.prototype.call.call(add, { x: 2 }, 1, 1)];`,
  "functions called where they stand": `
    const a = (function () { return call(1); })();
    const b = (() => call(2))();
    (function () { call(3); }());
    void (() => { call(4); })();
    return [a, b];`,
  "async functions of the user's own": `
    export default async function () {
      const f = async (x) => { const y = call(x); return y + 1; };
      const results = [await f(1), await Promise.all([f(2).then((x) => x * 2)])];
      const g = (x) => call(x);
      results.push(await g(5), (await f(6)) + g(7));
      return results;
    }`,
  "what runs later": `
    later(() => { const x = call("later"); log(x); });
    later(() => log("last"));
    return call("now");`,
  "new.target and functions as constructors": `
    function Point(x) { if (!new.target) return new Point(x); this.x = x; }
    Point.prototype.load = function () { return call(this.x); };
    return [new Point(1).load(), Point(2).load()];`,
  "a promise's executor, and what follows": `
    export default async function () {
      const results = [await new Promise((resolve) => resolve(call(1)))];
      results.push(await new Promise((resolve) => { resolve(call(2)); }).then((x) => call(x + 1)));
      try {
        await new Promise(() => { call("fail"); });
      } catch (error) { results.push(error.message); }
      return results;
    }`,
};

export const calls: Corpus = {
  "arguments, templates, arrays and objects, from left to right": `
    const show = (...all) => all.join();
    return [show(call(1), call(2), ...[call(3)]), \`a \${call(4)} b \${call(5)}\`,
      { a: call(6), [call("k")]: call(7), ...call({ z: 1 }) }, [call(8), , call(9)]];`,
  "tagged templates": `
    const tag = (strings, ...values) => call(strings.join("-") + values.join());
    const plain = (strings, ...values) => values.map((value) => value());
    return [tag\`a\${1}b\${call(2)}\`, plain\`x\${() => call(3)}\`, { tag }.tag\`q\`.length];`,
  "and, or, nothing: what is not reached is not called": `
    const x = call(1) && call(2) || call(3);
    const y = call(0) || (call(null) ?? call(4));
    let z = null;
    z ??= call(5); z ||= call(6); z &&= call(7);
    return [x, y, z, false && call(8), true ? call(9) : call(10)];`,
  "optional chains": `
    const o = { b: () => call({ c: { d: (x) => call(x) }, n: null }), n: null };
    const none = undefined;
    return [o?.b().c, o?.b().c.d(1), o.b?.().c?.d?.(2), none?.b().c, none?.b().c.d(call(3)),
      o.n?.b().c, o.b().n?.d(4), o.b?.()?.n?.x.y.z, o["b"]?.().c, o?.["b"]().c.d(5)];`,
  "optional chains fail where they did": `
    const o = { b: () => call({}) };
    return o?.b().c.d;`,
  "optional calls keep this": `
    const o = { x: 2, get(y) { return call([this.x, y]); }, key: "get", nested: { x: 3 } };
    o.nested.get = o.get;
    return [o.get?.(1)[0], o[o.key]?.(2).length, o?.nested?.get?.(3)[0], o.none?.(4).length];`,
  "optional chains into arrays' functions": `
    const list = [1, 2];
    const none = null;
    return [list?.map((x) => call(x)), none?.map((x) => call(x)), list?.map((x) => call(x)).length];`,
  precedence: `
    const f = (x) => call(x);
    return [f(2) ** 2, 2 ** f(3), -f(1), !f(0), typeof f(1), typeof f(1).x, f([1])[0], f({ a: 1 }).a,
      f(1) + f(2) * f(3), f(1) < f(2), new (f(Date))(0).getTime(), (f(1), f(2)), void f(3),
      "a" in f({ a: 1 }), f([]) instanceof Array, f((x) => x + 1)(4), delete f({ a: 1 }).a];`,
  "assignment in all its forms": `
    let a = 1;
    a += call(2);
    const o = { n: 1 };
    o.n *= call(3); o[call("k")] = call(4);
    let b, c, rest;
    ({ b = call(5), ...rest } = call({ z: 1 }));
    [b, c = call(6)] = call([7]);
    return [a, o, b, c, rest];`,
  "conditions and switches": `
    const out = [];
    if (call(true)) out.push(1); else out.push(2);
    switch (call("b")) { case call("a"): out.push("a"); case call("b"): out.push("b"); break; default: out.push("c"); }
    out.push(call(0) ? "yes" : "no");
    return out;`,
  loops: `
    const out = [];
    for (let i = call(0); i < call(3); i += call(1)) out.push(i);
    let n = 3;
    while (call(n) > 0) n--;
    do { n++; } while (call(n) < 2);
    for (const key in call({ a: 1, b: 2 })) out.push(key);
    for (const x of call([5, 6])) { if (x === 5) continue; out.push(call(x)); }
    return [out, n];`,
  "each turn of a loop has its own variable": `
    const runs = [];
    for (let i = 0; i < 3; i++) { call(i); runs.push(() => call(i)); }
    return runs.map((run) => run());`,
  "loops with labels": `
    const out = [];
    outer: for (const a of [1, 2, 3]) {
      inner: while (true) {
        if (call(a) === 2) continue outer;
        if (a === 3) break outer;
        break inner;
      }
      out.push(a);
    }
    block: { if (call(1)) break block; out.push("never"); }
    return out;`,
  "endless loops that are left": `
    let n = 0;
    for (;;) { n += call(1); if (n > 3) break; }
    while (true) { if (n-- < 0) return n; }`,
  "try, catch and finally": `
    const out = [];
    const f = (x) => { try { return call(x); } catch (error) { out.push(error.message); return "caught"; } finally { out.push(call("finally")); } };
    return [f(1), f("fail"), out];`,
  "what is thrown comes out": `
    const f = () => { call(1); throw new TypeError("own " + call(2)); };
    f();`,
  "what a call throws comes out of all functions": `
    const deep = () => { call("fail"); };
    const outer = () => { try { deep(); } finally { log("finally"); } };
    outer();`,
  "commas and void": `
    let x = 0;
    const y = (x = call(1), x++, call(x));
    return [x, y, void call(3)];`,
  "checks and groups that call": `
    const ok = check(call(1), { one: (x) => call(x) === 1, two: (x) => x === 1, three: true });
    const given = group("outer", () => { group("inner", () => call(2)); return call(3); });
    return [ok, given, group("quiet", () => 4)];`,
  "methods of the host's objects": `
    const client = new Client();
    const { invoke } = client;
    const wrapped = { client, run(x) { return this.client.invoke(x); } };
    client.each([1, 2], (x) => call(x));
    const given = (anything) => anything.invoke(4);
    return [client.invoke(1), wrapped.run(2), given(client), typeof invoke];`,
  "a function of the host's under another name, and as a callback": `
    const get = call;
    const { call: also } = { call };
    const ops = { get, also };
    return [get(1), also(2), ops.get(3), [4, 5].map(call), [6].forEach(get)];`,
};

export const classes: Corpus = {
  "methods, static methods and fields that are functions": `
    class Page {
      static made = 0;
      #secret = 5;
      run = (x) => call(x + this.#secret);
      static open(x) { Page.made++; return new Page().visit(x); }
      visit(x) { return [this.load(x), this.run(x)]; }
      load(x) { return call(x); }
      #hidden() { return call("hidden"); }
      show() { return this.#hidden(); }
    }
    return [Page.open(1), new Page().show(), Page.made];`,
  "inheritance, super and overriding": `
    class Base {
      constructor(name) { this.name = name; }
      run() { return ["base", this.step(), this.name]; }
      step() { return 1; }
    }
    class Mine extends Base {
      step() { return call(super.step() + 1); }
      run() { return [...super.run(), call("mine")]; }
    }
    class Quiet extends Base {}
    return [new Mine("a").run(), new Quiet("b").run()];`,
  "an object's super, and prototypes": `
    const base = { get(x) { return call(x); } };
    const object = { __proto__: base, get(x) { return [super.get(x)]; } };
    const made = Object.create(base);
    const assigned = Object.assign({}, base, { put: (x) => call(x) });
    const spread = { ...base };
    return [object.get(1), made.get(2), assigned.get(3), assigned.put(4), spread.get(5)];`,
  "functions with prototypes": `
    function Old(x) { this.x = x; }
    Old.prototype.get = function () { return call(this.x); };
    function Older(x) { Old.call(this, x); }
    Older.prototype = Object.create(Old.prototype);
    Older.prototype.twice = function () { return [this.get(), this.get()]; };
    return [new Old(1).get(), new Older(2).twice()];`,
  "getters and setters that do not call": `
    const log = [];
    class A { #x = 1; get x() { return this.#x; } set x(v) { this.#x = v; log.push(v); } get run() { return () => call(this.#x); } }
    const a = new A();
    a.x = call(2);
    return [a.x, a.run(), { get y() { return 3; } }.y, log];`,
  "chains of methods that return this": `
    class Builder { parts = []; add(x) { this.parts.push(call(x)); return this; } end() { return this.parts; } }
    return new Builder().add(1).add(2).add(3).end();`,
  "a class that is made by a function": `
    const mixin = (Base) => class extends Base { also(x) { return [call(x), this.own(x)]; } };
    class Own { own(x) { return call(x * 2); } }
    return new (mixin(Own))().also(3);`,
  "instances in arrays and maps": `
    class Step { constructor(x) { this.x = x; } run() { return call(this.x); } }
    const steps = [new Step(1), new Step(2)];
    const byName = { a: new Step(3) };
    return [steps.map((step) => step.run()), byName.a.run(), steps.at(-1).run(), steps.find((s) => s.x === 1).run()];`,
  "a class whose constructor is given functions": `
    class Task { constructor(run) { this.run = run; } go() { return this.run(4); } }
    return [new Task((x) => call(x)).go(), new Task((x) => x).go()];`,
  "static blocks, computed names and symbols": `
    const name = "go";
    class A { static { this.ready = [1]; } [name](x) { return call(x); } static [Symbol.for("s")](x) { return call(x); } }
    return [new A().go(1), A[Symbol.for("s")](2), A.ready];`,
};

export const iterations: Corpus = {
  "all of an array's functions": `
    const list = [3, 1, 2, , 4];
    const seen = [];
    list.forEach((x, i, all) => { seen.push([call(x), i, all === list]); });
    return [seen, list.map((x, i) => call(x) + i), list.filter((x) => call(x) > 1),
      list.find((x) => call(x) === 1), list.findIndex((x) => call(x) === 2), list.findLast((x) => call(x) < 3),
      list.findLastIndex((x) => call(x) === 3), list.some((x) => call(x) === 2), list.every((x) => call(x) > 1),
      list.reduce((sum, x) => sum + call(x), 10), list.reduce((sum, x) => sum + call(x)),
      list.reduceRight((sum, x) => sum + call(x)), list.flatMap((x) => [call(x), [x]])];`,
  "holes stay holes": `
    const list = [1, , 3];
    const mapped = list.map((x) => call(x));
    return [1 in mapped, mapped.length, list.find((x) => call(x) === undefined)];`,
  "this of a callback": `
    const me = { x: 2 };
    return [[1].map(function (y) { return call(this.x + y); }, me), [1].filter(function () { return call(this.x); }, me)];`,
  "an array that changes on the way": `
    const list = [1, 2, 3];
    list.forEach((x) => { call(x); if (x === 1) { list.push(9); list[1] = 7; delete list[2]; } });
    return list;`,
  "reduce of nothing fails": `
    call(1);
    call(1);
    return [].reduce((a, b) => call(a + b));`,
  "a callback that is none fails": `
    log(1);
    const ops = [(x) => call(x), undefined];
    return [1].map(ops[1]);`,
  "callbacks that fail": `
    try { [1, "fail", 3].forEach((x) => call(x)); } catch (error) { log(error.message); }
    return [1].map(() => { throw new Error("own " + call(2)); });`,
  "callbacks in callbacks": `
    const users = [{ n: 1, items: [1, 2] }, { n: 2, items: [3] }];
    return users.map((user) => user.items.filter((x) => x !== 2).map((item) => call(item + user.n)));`,
  "callbacks under a name, and arrays that are not known": `
    const visit = (x) => call(x);
    const given = JSON.parse("[1,2,[3]]");
    return [given.map(visit), given.at(2).map(visit), (() => given)().some(visit)];`,
  "array functions borrowed": `
    const each = Array.prototype.map;
    function f() { return [].map.call(arguments, (x) => call(x)); }
    return [f(1, 2), each.call([3], (x) => call(x)), Array.prototype.filter.apply([4], [(x) => call(x)])];`,
  "Array.from, and grouping": `
    return [Array.from({ length: 3 }, (_, i) => call(i)), Array.from("ab", (x) => call(x)),
      Object.groupBy([1, 2, 3], (x) => call(x % 2 ? "odd" : "even")), [...Map.groupBy([1, 2], (x) => call(x))]];`,
  "Maps and Sets": `
    const out = [];
    new Map([["a", 1], ["b", 2]]).forEach((value, key, map) => out.push(call(value), key, map.size));
    new Set([3, 4]).forEach((value) => out.push(call(value)));
    return out;`,
  "replacing in a text": `
    return ["a1b2".replace(/\\d/g, (x, at) => call(x + at)), "aa".replaceAll("a", (x) => call(x + "!")),
      "x".replace("x", () => call("$&")), "abc".replace(/(?<one>b)/, (m, one) => call(one.toUpperCase()))];`,
  "a class's own map, and an array that is extended": `
    class Mine { map(run) { return ["mine", run(1)]; } }
    class List extends Array { double() { return this.map((x) => call(x * 2)); } }
    const list = List.from([1, 2]);
    return [new Mine().map((x) => call(x)), list.double(), list.double() instanceof List];`,
  "typed arrays": `
    return [[...new Uint8Array([1, 2]).map((x) => call(x + 255))], [...Uint8Array.of(1, 2).filter((x) => call(x) > 1)]];`,
  "sorting without calls, in functions that call": `
    const list = [3, 1, 2].map((x) => call(x));
    return list.sort((a, b) => a - b).filter((x) => x > 1);`,
  generators: `
    function* pages() { for (let i = 0; i < 3; i++) yield call(i); return "done"; }
    const out = [];
    for (const page of pages()) out.push(page);
    const it = pages();
    out.push(it.next().value, it.next().done, [...it], it.next());
    out.push([...pages()], Math.max(...pages()), new Set(pages()).size, Array.from(pages()));
    const [a, b] = pages();
    out.push(a, b);
    return out;`,
  "objects with a generator of their own, run over by built-in functions": `
    class Pages { *[Symbol.iterator]() { for (let i = 0; i < 3; i++) yield call(i); } }
    const pairs = { *[Symbol.iterator]() { yield ["a", call(1)]; } };
    return [
      Array.from(new Pages()), [...new Set(new Pages())], Object.fromEntries(pairs),
      [...new Map(pairs)], [...Uint8Array.from(new Pages())],
    ];`,
  "generators that are left early": `
    function* endless() { try { for (let i = 0; ; i++) yield call(i); } finally { log("left"); } }
    for (const x of endless()) if (x > 1) break;
    const [a, , c] = endless();
    return [a, c];`,
  "generators in generators, and what is sent to them": `
    function* inner() { const got = yield call(1); yield call(got); return 5; }
    function* outer() { const x = yield* inner(); yield x; yield* [6, 7]; }
    const it = outer();
    return [it.next().value, it.next("sent").value, it.next().value, [...it]];`,
  "generator methods, and iterators of the user's own": `
    class Tree { *[Symbol.iterator]() { yield call(1); yield* this.rest(); } *rest() { yield call(2); } }
    const counter = { n: 0, [Symbol.iterator]() { return this; }, next() { this.n++; return { value: call(this.n), done: this.n > 2 }; } };
    const out = [...new Tree()];
    for (const x of counter) out.push(x);
    for (const x of new Tree()) out.push(x);
    return out;`,
  "generators of functions": `
    function* steps() { yield () => call(1); yield () => 2; }
    const out = [];
    for (const step of steps()) out.push(step());
    return out;`,
  "generators that do not call": `
    function* ids() { yield 1; yield 2; }
    const out = [];
    for (const id of ids()) out.push(call(id));
    return [out, [...ids()], ids().next().value];`,
};

export const values: Corpus = {
  "a promise that is returned stays one": `
    export default async function () {
      const start = (x) => { call(x); return eventually(x + 1); };
      const also = (x) => { call(x); return Promise.resolve(x); };
      const pending = start(1);
      const isPromise = pending instanceof Promise;
      const nested = () => start(5);
      const list = [1, 2].map((x) => start(x));
      return [isPromise, await pending, await start(2), await also(3).then((x) => x * 2),
        await nested(), await Promise.all(list), await group("g", () => start(7))];
    }`,
  "functions through JSON, destructuring and spreading": `
    const { a, ...others } = { a: () => call(1), b: () => call(2) };
    const [first, ...rest] = [() => call(3), () => call(4)];
    const all = [...rest, ...[first]].concat([() => call(5)]);
    return [a(), others.b(), first(), rest[0](), all.map((f) => f()), all.slice(1)[0](), all.reverse()[0]()];`,
  "a table of steps": `
    const steps = { login: { weight: 1, run: (x) => call("login" + x) }, browse: { weight: 2, run: (x) => call("browse" + x) } };
    const pick = (name) => steps[name];
    return Object.keys(steps).map((name) => pick(name).run(steps[name].weight));`,
  "handlers by event": `
    class Emitter {
      #handlers = {};
      on(name, run) { (this.#handlers[name] ||= []).push(run); return this; }
      emit(name, ...args) { return (this.#handlers[name] ?? []).map((run) => run(...args)); }
    }
    return new Emitter().on("a", (x) => call(x)).on("a", (x) => x + 1).emit("a", 1);`,
  "a retry that takes any function": `
    const retry = (run, times) => { for (let i = 0; ; i++) { try { return run(i); } catch (error) { if (i + 1 >= times) throw error; log("again"); } } };
    return retry((i) => call(i < 2 ? "fail" : i), 5);`,
  "a pipeline": `
    const pipe = (...runs) => (x) => runs.reduce((value, run) => run(value), x);
    return pipe((x) => x + 1, (x) => call(x), (x) => x * 2)(1);`,
  "memoized and curried": `
    const memo = (run) => { const seen = new Map(); return (x) => { if (!seen.has(x)) seen.set(x, run(x)); return seen.get(x); }; };
    const load = memo((x) => call(x));
    const curry = (f) => (a) => (b) => f(a, b);
    return [load(1), load(1), load(2), curry((a, b) => call(a + b))(3)(4)];`,
  "errors with functions in them": `
    class Retry extends Error { constructor(run) { super("retry"); this.run = run; } }
    try { throw new Retry(() => call(1)); } catch (error) { return error.run(); }`,
  "an unknown object's method": `
    const api = { fetchIt: (x) => call(x) };
    const hide = JSON.parse("{}");
    hide.api = api;
    const found = [hide].map((x) => x.api)[0];
    return found.fetchIt(3);`,
  "proxies that give functions": `
    const api = new Proxy({}, { get: (_, name) => (x) => call(name + x) });
    return [api.one(1), api.two(2)];`,
  "proxies of functions": `
    const f = new Proxy((x) => call(x), {});
    const g = new Proxy(() => 0, { apply: (_target, _self, [x]) => call(x + 1) });
    return [f(1), g(1)];`,
  "properties defined one by one": `
    const api = {};
    Object.defineProperty(api, "get", { value: (x) => call(x) });
    Object.defineProperty(api, "made", { get: () => (x) => call(x) });
    return [api.get(1), api.made(2)];`,
  "functions on the global object": `
    globalThis.breakwaterTest = (x) => call(x);
    try { return [breakwaterTest(1), globalThis.breakwaterTest(2)]; } finally { delete globalThis.breakwaterTest; }`,
};

type Files = Readonly<Record<string, string>> & { readonly script: string };

export const modules: Readonly<Record<string, Files>> = {
  "helpers in other files, re-exported": {
    script: `import { login, default as fallback, more } from "./lib/index.js";
      import * as all from "./lib/index.js";
      export default function () { return [login(1), fallback(2), more.deep(3), all.login(4), all["login"](5)]; }`,
    "lib/index.js": `export * from "./login.js"; export { default } from "./login.js"; export * as more from "./deep.js";`,
    "lib/login.js": `import host from "host"; export const login = (x) => host.call(x); export default (x) => login(x + 1);`,
    "lib/deep.js": `import * as host from "host"; export function deep(x) { return host.call(x); }`,
  },
  "files that import each other": {
    script: `import { even } from "./even.js"; export default () => [even(3), even(4)];`,
    "even.js": `import { odd } from "./odd.js"; import { call } from "host"; export const even = (n) => n === 0 || odd(call(n) - 1);`,
    "odd.js": `import { even } from "./even.js"; import { call } from "host"; export const odd = (n) => n !== 0 && even(call(n) - 1);`,
  },
  "a script in CommonJS": {
    script: "",
    "script.js": `const { call } = require("host");
      const lib = require("./lib.js");
      module.exports.default = function () { return [call(1), lib.go(2), lib.Api.make().get(3)]; };
      module.exports.options = { vus: 1 };`,
    "lib.js": `var host = require("host");
      exports.go = function (x) { return host.call(x) + exports.plus(1); };
      exports.plus = function (x) { return x; };
      exports.Api = class { static make() { return new this(); } get(x) { return host.default.call(x); } };`,
  },
  "what compilers make of imports": {
    script: "",
    "script.js": `"use strict";
      var __importDefault = (this && this.__importDefault) || function (mod) { return (mod && mod.__esModule) ? mod : { "default": mod }; };
      Object.defineProperty(exports, "__esModule", { value: true });
      const host_1 = __importDefault(require("host"));
      const named_1 = require("host");
      exports.default = function () { return [host_1.default.call(1), (0, named_1.call)(2)]; };`,
  },
  "a bundle in webpack's manner": {
    script: "",
    "script.js": `(() => {
      var modules = {
        "./main": (module, exports, require) => { require.r(exports); require.d(exports, { default: () => main });
          var lib = require("./lib"); var host = require("host"); function main() { return [lib.twice(1), (0, host.call)(2)]; } },
        "./lib": (module, exports, require) => { var host = require("host"); exports.twice = function (x) { return [host.call(x), host.call(x)]; }; },
        host: (module) => { module.exports = require("host"); },
      };
      var cache = {};
      function load(id) { if (cache[id]) return cache[id].exports; var module = cache[id] = { exports: {} };
        modules[id](module, module.exports, load); return module.exports; }
      load.d = (exports, definition) => { for (var key in definition) Object.defineProperty(exports, key, { enumerable: true, get: definition[key] }); };
      load.r = (exports) => { Object.defineProperty(exports, "__esModule", { value: true }); };
      var made = load("./main");
      var target = exports; for (var i in made) target[i] = made[i];
      Object.defineProperty(target, "default", { value: made.default });
    })();`,
  },
  "generators as compilers make them for old engines": {
    script: `import { call, log } from "host";
      var step = function (generator) { var done; while (!(done = generator.next()).done) log(done.value); return done.value; };
      function machine(body) { var state = { label: 0 }; return { next: function () { return run(); } };
        function run() { for (;;) { var op = body(state); if (op[0] === 4) { return { value: op[1], done: false }; } if (op[0] === 2) return { value: op[1], done: true }; } } }
      export default function () {
        return step(machine(function (state) {
          switch (state.label) { case 0: state.label = 1; return [4, call(1)]; case 1: state.label = 2; return [4, call(2)]; default: return [2, call(3)]; }
        }));
      }`,
  },
  "TypeScript with types that are imported and exported": {
    script: `import { type User, make, Role } from "./user.ts";
      export { User };
      enum Local { A = 1 }
      export default function (): unknown { const user: User = make("a"); return [user.load!(1), Role.Admin, Local.A] as const; }`,
    "user.ts": `import { call } from "host";
      interface User { name: string; load?: <T>(x: T) => T }
      enum Role { Admin = 2 }
      abstract class Base<T> { constructor(protected readonly x: T) {} load(x: number): number { return call(x) as number; } }
      class Real extends Base<string> {}
      function make(name: string): User { const real = new Real(name); return { name, load: (x) => real.load(x as never) as never }; }
      export { User, make, Role };`,
  },
  "a top level that calls": {
    script: `import { call } from "host";
      import { late } from "./lib.js";
      const first = call("top");
      class Config { static value = [late]; }
      export default () => [first, Config.value, call("run")];`,
    "lib.js": `import { call } from "host"; export const late = [1, 2].map((x) => call(x));`,
  },
};
