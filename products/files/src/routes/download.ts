import type { Call, CallHandler } from "@breakwater/service";
import { type Link, linkFields, urlIn } from "../caches/links.ts";
import { respondText, successText } from "../envelope.ts";
import type { FilesParts } from "../files-parts.ts";
import { notFound, pathIn } from "../named-file.ts";
import { queryOf } from "../query.ts";

/** `?path=`: a link to the file; with `&redirect=1` the browser is sent there. */
export function download({ kit: { clock }, links, ownLinks, spaceOf }: FilesParts): CallHandler {
  const respond = (call: Call, link: Link, isRedirect: boolean): void => {
    const fields = ownLinks.reachable(call, linkFields(link));
    if (isRedirect) redirect(call, urlIn(fields));
    else respondText(call, successText(`{${fields}}`));
  };
  return (call) => {
    const space = spaceOf(call, "read");
    const query = queryOf(call);
    const path = pathIn(query);
    const isRedirect = /^(1|true)$/.test(query.get("redirect") ?? "");
    const kept = links.find(space, path, clock.nowMs());
    if (kept !== undefined) return respond(call, kept, isRedirect);
    return links.make(space, path).then((made) => {
      if (made === undefined) throw notFound(path);
      respond(call, made, isRedirect);
    });
  };
}

function redirect(call: Call, url: string): void {
  call.respond({
    status: 302,
    fields: [
      ["location", url],
      ["cache-control", "no-store"],
    ],
  });
}
