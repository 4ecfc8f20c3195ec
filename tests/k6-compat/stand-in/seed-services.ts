/** What the services of seeds 002 (files) and 004 (Fluxor) answer to their own k6 scripts. */
export const seedServices: Readonly<Record<string, (request: Request) => Promise<Response>>> = {
  ping: async () => Response.json({ message: "pong" }),
  upload: (request) => stored(request, "file"),
  "batch-upload": (request) => stored(request, "files"),
  "batch-download": async () => success({ urls: ["/get"] }),
  "delete-folder": async () => success(null),
  list: async () => success({ data: [{ isFolder: false, name: "a.txt" }] }),
  "list-folders": async () => success([]),
  download: async () => success({ url: "/get" }),
  health: async () => Response.json({ status: "healthy" }),
  ready: async () => Response.json({ status: "ready" }),
  api: async (request) => {
    if (request.url.endsWith("/pizza")) return Response.json({ pizza: { name: "Plain" } });
    if (request.url.endsWith("/echo")) return Response.json({ echo: await request.json() });
    return Response.json({ status: "ok" });
  },
};

/** Says success only when the form's parts came whole. */
async function stored(request: Request, field: string): Promise<Response> {
  const form = await request.formData();
  const files = form.getAll(field);
  const isWhole = files.length > 0 && files.every((file) => typeof file !== "string");
  // Sent as application/octet-stream without a name, as the seeds' library does.
  const path = form.get("path");
  const isNamed = typeof path === "string" ? path !== "" : (path?.size ?? 0) > 0;
  return isWhole && isNamed ? success(null) : new Response("a part is missing", { status: 400 });
}

function success(data: unknown): Response {
  return Response.json({ status: "Success", data });
}
