import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { BenchError } from "./bench-error.ts";
import { type BenchServer, startServer } from "./bench-server.ts";
import { root, workFolder } from "./tool.ts";

export interface NginxOptions {
  readonly nginx: readonly string[];
  /** Given for HTTPS: what makes the certificate. */
  readonly openssl?: readonly string[];
  /** HTTP/2 on all connections: with prior knowledge or by ALPN. */
  readonly http2?: boolean;
  /** As a proxy of the server there, with kept connections. */
  readonly upstream?: string;
  /** What is behind a proxy, on which core. */
  readonly behindOn?: number;
  readonly signal: AbortSignal;
}

/** One worker that answers `ok` to everything and logs nothing. */
export async function startNginx(options: NginxOptions): Promise<BenchServer> {
  const { nginx, openssl, http2 = false, upstream, behindOn, signal } = options;
  const folder = join(
    workFolder,
    `nginx${http2 ? "-h2" : ""}${openssl ? "-tls" : ""}${upstream ? "-proxy" : ""}${behindOn === undefined ? "" : "-behind"}`,
  );
  mkdirSync(folder, { recursive: true });
  if (openssl) makeCertificate(folder, openssl);
  const config = join(folder, "nginx.conf");
  const scheme = openssl ? "https" : "http";
  return await startServer({
    scheme,
    readyPath: "/",
    signal,
    ...(behindOn === undefined ? {} : { core: behindOn }),
    // Without TLS, a port of nginx's for HTTP/2 takes nothing else: it has one of its own.
    ...(http2 ? { side: `${scheme}://` } : {}),
    toCommand: async (port, sidePort) => {
      const tls = openssl !== undefined;
      await Bun.write(
        config,
        toConfig({ folder, port, tls, http2Port: http2 ? sidePort : 0, upstream }),
      );
      return [...nginx, "-e", join(folder, "error.log"), "-c", config];
    },
    countServed: async (origin) => {
      const status = await fetch(`${origin}/nginx-status`, { tls: { rejectUnauthorized: false } });
      return readServed(await status.text());
    },
  });
}

/** The requests in the answer of stub_status, less the one that asked. */
export function readServed(status: string): number {
  const served = /^ \d+ \d+ (?<requests>\d+) $/m.exec(status)?.groups?.requests;
  if (served !== undefined) return Number(served) - 1;
  throw new BenchError(
    "output_unreadable",
    "Cannot read nginx's stub_status: install an nginx that is built with it (Debian's is)",
  );
}

interface ConfigOptions {
  readonly folder: string;
  readonly port: number;
  readonly tls: boolean;
  /** 0 for none. */
  readonly http2Port: number;
  readonly upstream: string | undefined;
}

/** As the manual has it for kept connections to the service. */
const proxied =
  'proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection ""; ' +
  "proxy_set_header Host $host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;";

/** Temporary folders are named because the built-in ones need root. */
function toConfig({ folder, port, tls, http2Port, upstream }: ConfigOptions): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${folder}/temp;`)
    .join(" ");
  // One cipher, so that every client pays for the same.
  const secure = `ssl_certificate ${folder}/cert.pem; ssl_certificate_key ${folder}/key.pem;
    ssl_protocols TLSv1.3; ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;`;
  return `daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid ${folder}/nginx.pid;
events { worker_connections 20000; }
http {
  access_log off;
  keepalive_requests 1000000000;
  default_type text/plain;
  ${temporary}
  ${upstream === undefined ? "" : `upstream service { server ${upstream}; keepalive 256; keepalive_requests 1000000000; }`}
  server {
    listen 127.0.0.1:${port} backlog=4096${tls ? " ssl" : ""};
    ${http2Port === 0 ? "" : `listen 127.0.0.1:${http2Port} backlog=4096 http2${tls ? " ssl" : ""};`}
    ${tls ? secure : ""}
    location / { ${upstream === undefined ? 'return 200 "ok\\n";' : proxied} }
    location = /nginx-status { stub_status; }
  }
}
`;
}

function makeCertificate(folder: string, openssl: readonly string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(
    [
      ...openssl,
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
      ...["-days", "30", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"],
      ...["-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem")],
    ],
    { cwd: root },
  );
  if (exitCode !== 0)
    throw new BenchError("server_not_up", `Cannot make a certificate for nginx: ${stderr}`);
}
