import { callInOrder, callLater, contentsOf } from "./callbacks.ts";
import { nowhere } from "./flow.ts";
import { type ApiValue, type Call, foreignSpecifier, type World } from "./world.ts";

/** A call of what the host's modules export, or of what they gave. */
export function applyApi(world: World, call: Call, { specifier, role, name }: ApiValue): void {
  const { flow, surfaces } = world;
  const { site, args } = call;
  const surface = surfaces[specifier];
  const isMethod = role === "method";
  const blocking = isMethod ? surface?.blockingMethods : surface?.blocking;
  const calling = isMethod ? surface?.callingMethods : surface?.calling;
  const isNamed = isMethod || role === "export";
  const blocks = isNamed && (blocking?.includes(name) ?? false);
  const calls = isNamed && (calling?.includes(name) ?? false);

  const isAnswer = role === "answer" || blocks;
  const given = world.api(specifier, isAnswer ? "answer" : "object");
  flow.put(given, call.result);
  if (blocks && call.isGuess) site.mayBlock = true;
  else if (blocks) site.blocks = true;
  else if (isNamed && !calls) site.hasOthers = true;

  // Given to another built-in function, it is not given functions in turn.
  if (call.depth > 0) return;
  // Functions may be among the arguments, or in an object as the second one of check() is.
  const all = [...args.fixed, args.rest].filter((place) => place !== nowhere);
  if (all.length === 0) return;
  const passed = world.union([...all, flow.holding(world.api(specifier, "answer"))]);
  const callback = contentsOf(world, all);
  const into = calls ? call.result : flow.place();
  const made = { callback, args: [passed, passed, passed, passed], into };
  if (specifier === foreignSpecifier) {
    world.handedOver.push({ node: site.node, values: callback });
  }
  if (calls) callInOrder(world, call, made);
  else callLater(world, call, made);
}

/** A call of a method with that name, of who knows what: it may be one of the host's objects. */
export function guessApi(world: World, call: Call, key: string): void {
  for (const { blockingMethods, callingMethods } of Object.values(world.surfaces)) {
    if (blockingMethods?.includes(key)) call.site.mayBlock = true;
    if (callingMethods?.includes(key)) {
      const callback = world.union([...call.args.fixed, call.args.rest]);
      callInOrder(world, call, { callback, args: [], into: call.result });
    }
  }
}
