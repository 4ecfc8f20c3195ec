import type {
  Argument,
  CallExpression,
  Expression,
  MemberExpression,
  NewExpression,
  Node,
  TaggedTemplateExpression,
} from "oxc-parser";
import { invoke } from "./callbacks.ts";
import type { CodeUnit } from "./code-unit.ts";
import { nowhere, type Place } from "./flow.ts";
import { readBundlerCall } from "./read-bundler.ts";
import { iterated } from "./read-iteration.ts";
import { readOwner } from "./read-owner.ts";
import { anyKey, bare, memberKey } from "./syntax.ts";
import type { Args, Call, World } from "./world.ts";

/** Reads a call; gives the place of what it returns. */
export function readCall(world: World, node: CallExpression, unit: CodeUnit): Place {
  const { flow } = world;
  const ofBundler = readBundlerCall(world, node, unit);
  if (ofBundler !== undefined) return ofBundler;
  const callee = bare(node.callee) as Expression;
  const isSuper = callee.type === "Super";
  const call = {
    site: world.site(node, unit),
    self: nowhere,
    result: flow.place(),
    isNew: isSuper,
    isGuess: false,
    depth: 0,
  };
  if (isSuper) {
    const made = { ...call, self: unit.self, args: readArgs(world, node.arguments, unit) };
    const own = unit.home === undefined ? undefined : world.classOf.get(unit.home);
    if (own !== undefined) invoke(world, made, flow.parents(own));
    return call.result;
  }
  if (callee.type === "MemberExpression") return readMemberCall(world, callee, node, call);
  const target = world.rules.expression(callee, unit);
  invoke(world, { ...call, args: readArgs(world, node.arguments, unit) }, target);
  return call.result;
}

function readMemberCall(
  world: World,
  member: MemberExpression,
  node: CallExpression,
  partly: Omit<Call, "args">,
): Place {
  const { flow, rules } = world;
  const { unit } = partly.site;
  const object = readOwner(world, member.object, unit);
  if (member.computed) rules.expression(member.property, unit);
  const key = memberKey(member, anyKey);
  const callee = flow.place();
  flow.read(object, key, callee);
  const self = member.object.type === "Super" ? unit.self : object;
  const call = { ...partly, self, args: readArgs(world, node.arguments, unit) };
  world.memberCalls.push({ call, object, key, callee });
  invoke(world, call, callee);
  return call.result;
}

export function readNew(world: World, node: NewExpression, unit: CodeUnit): Place {
  const { flow, rules } = world;
  const callee = rules.expression(node.callee, unit);
  const args = readArgs(world, node.arguments, unit);
  const result = flow.place();
  const site = world.site(node, unit);
  invoke(
    world,
    { site, self: nowhere, args, result, isNew: true, isGuess: false, depth: 0 },
    callee,
  );
  return result;
}

/** A tag is called with the strings, and with what stands between them. */
export function readTaggedTemplate(
  world: World,
  node: TaggedTemplateExpression,
  unit: CodeUnit,
): Place {
  const { flow, rules } = world;
  const tag = bare(node.tag);
  let self = nowhere;
  let callee = flow.place();
  if (tag.type === "MemberExpression") {
    self = readOwner(world, tag.object, unit);
    flow.read(self, memberKey(tag, anyKey), callee);
  } else {
    callee = rules.expression(node.tag, unit);
  }
  const values = node.quasi.expressions.map((expression) => rules.expression(expression, unit));
  const result = flow.place();
  const args = { fixed: [nowhere, ...values], rest: nowhere };
  const site = world.site(node, unit);
  invoke(world, { site, self, args, result, isNew: false, isGuess: false, depth: 0 }, callee);
  return result;
}

function readArgs(world: World, nodes: readonly Argument[], unit: CodeUnit): Args {
  const { rules } = world;
  const fixed: Place[] = [];
  const rest: Place[] = [];
  let hasSpread = false;
  for (const node of nodes) {
    if (node.type === "SpreadElement") {
      hasSpread = true;
      rest.push(iterated(world, node as Node, rules.expression(node.argument, unit), unit));
    } else {
      (hasSpread ? rest : fixed).push(rules.expression(node, unit));
    }
  }
  return { fixed, rest: world.union(rest) };
}
