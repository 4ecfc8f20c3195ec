import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { BenchError } from "./bench-error.ts";
import { type BenchServer, startServer } from "./bench-server.ts";
import { root, workFolder } from "./tool.ts";

export interface NginxOptions {
  readonly nginx: readonly string[];
  /** Given for HTTPS: what makes the certificate. */
  readonly openssl?: readonly string[];
  readonly signal: AbortSignal;
}

/** One worker that answers `ok` to everything and logs nothing. */
export async function startNginx({ nginx, openssl, signal }: NginxOptions): Promise<BenchServer> {
  const folder = join(workFolder, openssl ? "nginx-tls" : "nginx");
  mkdirSync(folder, { recursive: true });
  if (openssl) makeCertificate(folder, openssl);
  const config = join(folder, "nginx.conf");
  return await startServer({
    scheme: openssl ? "https" : "http",
    readyPath: "/",
    signal,
    toCommand: async (port) => {
      await Bun.write(config, toConfig({ folder, port, tls: openssl !== undefined }));
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
}

/** Temporary folders are named because the built-in ones need root. */
function toConfig({ folder, port, tls }: ConfigOptions): string {
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
  server {
    listen 127.0.0.1:${port} backlog=4096${tls ? " ssl" : ""};
    ${tls ? secure : ""}
    location / { return 200 "ok\\n"; }
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
