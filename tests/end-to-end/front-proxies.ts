import { start } from "./bw.ts";
import { scratch } from "./scratch.ts";

/** Debian keeps nginx and HAProxy in /usr/sbin, which is not on every user's PATH. */
const path = `${process.env["PATH"]}:/usr/sbin`;

export const nginxPath: string | null = Bun.which("nginx", { PATH: path });
export const haproxyPath: string | null = Bun.which("haproxy", { PATH: path });

export interface Origin extends AsyncDisposable {
  /** As "http://127.0.0.1:8080". */
  readonly url: string;
  readonly host: string;
  readonly run: ReturnType<typeof start>;
  /** What stdout said. */
  readonly said: string;
}

/** `bw origin` in one process, on free ports. */
export async function startOrigin(...args: readonly string[]): Promise<Origin> {
  const places = ["--port", "0", "--host", "127.0.0.1", "--grpc-port", "off", "--workers", "1"];
  const run = start(["origin", ...places, ...args]);
  const said = await run.until("stdout", /\n/);
  const url = /^Listening on (http:\/\/127\.0\.0\.1:\d+)\/\n/.exec(said)?.[1] ?? said;
  return {
    url,
    host: url.replace("http://", ""),
    run,
    said,
    [Symbol.asyncDispose]: async () => {
      run.kill("SIGKILL");
      await run.ended;
    },
  };
}

export interface FrontProxy extends AsyncDisposable {
  readonly url: string;
}

/** nginx with these lines in its one location, in front of a server. */
export async function startNginx(location: string): Promise<FrontProxy> {
  return await startProxy(async (folder, port) => {
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map((kind) => `${kind}_temp_path ${folder.path}/temp;`)
      .join(" ");
    const config = folder.write(
      "nginx.conf",
      `daemon off; worker_processes 1; pid ${folder.at("pid")}; events { worker_connections 1000; }
http { access_log off; ${temporary}
  server { listen 127.0.0.1:${port}; client_max_body_size 0;
    location = /proxy-is-up { return 200 "ok"; }
    location / { ${location} } } }`,
    );
    return [nginxPath ?? "nginx", "-e", folder.at("error.log"), "-c", config];
  });
}

/** HAProxy with these lines for its backend. */
export async function startHaproxy(backend: string): Promise<FrontProxy> {
  return await startProxy(async (folder, port) => {
    const config = folder.write(
      "haproxy.cfg",
      `global
  maxconn 1000
defaults
  mode http
  timeout connect 2s
  timeout client 20s
  timeout server 20s
frontend front
  bind 127.0.0.1:${port}
  http-request return status 200 if { path /proxy-is-up }
  default_backend back
backend back
${backend}
`,
    );
    return [haproxyPath ?? "haproxy", "-db", "-f", config];
  });
}

type Folder = ReturnType<typeof scratch>;

async function startProxy(
  toCommand: (folder: Folder, port: number) => Promise<readonly string[]>,
): Promise<FrontProxy> {
  using opened = new DisposableStack();
  const folder = opened.use(scratch());
  const port = freePort();
  const command = await toCommand(folder, port);
  const child = Bun.spawn([...command], { stdout: "ignore", stderr: "pipe" });
  opened.defer(() => child.kill("SIGTERM"));
  const url = `http://127.0.0.1:${port}`;
  while (!(await isUp(`${url}/proxy-is-up`))) {
    if (child.exitCode !== null) throw new Error(await child.stderr.text());
  }
  const running = opened.move();
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      // In order: with its master killed, nginx's worker would stay.
      child.kill("SIGTERM");
      await child.exited;
      running.dispose();
    },
  };
}

/** Neither has a port 0: one that was free a moment ago is as near as it gets. */
function freePort(): number {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  const { port } = listener;
  listener.stop(true);
  return port;
}

async function isUp(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { keepalive: false })).ok;
  } catch {
    return false;
  }
}
