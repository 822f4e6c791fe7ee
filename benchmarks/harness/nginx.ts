/** The server of files and of static sites: an nginx of our own, on a free port of the loopback interface. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { processTimes } from './machine-times.js';
import { OTHER_TYPES } from './static-site.js';

export interface FileServer {
  /** `http://127.0.0.1:port` */
  readonly origin: string;
  /** What was asked since the last call, by the server's own log. */
  takeLog(): { readonly requests: number; readonly connections: number };
  /** Processor time of its processes since it started. */
  cpuMs(): number;
  close(): Promise<void>;
}

const START_MS = 5000;
/** A folder is no page, so that a page has one address. */
const SITE = `index none;
    default_type text/html;
    types {
${Object.entries(OTHER_TYPES)
  .map(([ending, type]) => `      ${type} ${ending};`)
  .join('\n')}
    }`;

/**
 * Serves a folder: of files, with an index; or of a site, where every file is a page whose ending says nothing else, and folders
 * are not listed. Rejects if nginx is not there or does not start.
 */
export async function startNginx(
  root: string,
  scratch: string,
  kind: 'files' | 'site' = 'files',
): Promise<FileServer> {
  mkdirSync(scratch, { recursive: true });
  const port = await freePort();
  const log = join(scratch, 'access.log');
  writeFileSync(join(scratch, 'nginx.conf'), configuration({ root, scratch, port, kind }));
  writeFileSync(log, '');
  const child = spawn(
    'nginx',
    ['-p', scratch, '-c', join(scratch, 'nginx.conf'), '-e', join(scratch, 'error.log')],
    {
      stdio: 'ignore',
    },
  );
  const gone = once(child, 'exit');
  // Reported by the look at the port: a server that is not there does not answer.
  gone.catch(() => {});
  const kill = (): void => void child.kill();
  process.on('exit', kill);
  const origin = `http://127.0.0.1:${port}`;
  await answers(origin, scratch);
  truncateSync(log);
  return {
    origin,
    takeLog() {
      const lines = readFileSync(log, 'utf8').split('\n').filter(Boolean);
      truncateSync(log);
      return { requests: lines.length, connections: new Set(lines.map((line) => line.split(' ')[0])).size };
    },
    cpuMs() {
      const workers = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
        .split(' ')
        .filter(Boolean);
      return workers.reduce((sum, pid) => sum + processTimes(Number(pid)).cpuMs, 0);
    },
    async close() {
      process.off('exit', kill);
      child.kill();
      await gone;
    },
  };
}

async function answers(origin: string, scratch: string): Promise<void> {
  for (const end = Date.now() + START_MS; Date.now() < end; await pause(20)) {
    try {
      await (await fetch(origin)).arrayBuffer();
      return;
    } catch {
      continue; // Not yet.
    }
  }
  throw new Error(
    `nginx did not start; is it installed (apt-get install nginx-light)? Its log is in ${scratch}`,
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // Of a TCP server that listens.
  server.close();
  await once(server, 'close');
  return port;
}

interface Server {
  readonly root: string;
  readonly scratch: string;
  readonly port: number;
  readonly kind: 'files' | 'site';
}

function configuration({ root, scratch, port, kind }: Server): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  // Started by root, nginx would read as nobody, who may not look into folders of ours.
  const user = process.getuid?.() === 0 ? 'user root;\n' : '';
  return `${user}daemon off;
worker_processes auto;
pid ${scratch}/nginx.pid;
events { worker_connections 1024; }
http {
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000;
  log_format connection '$connection $status $bytes_sent';
  access_log ${scratch}/access.log connection;
${temporary.map((name) => `  ${name}_temp_path ${scratch}/${name};`).join('\n')}
  server {
    listen 127.0.0.1:${port};
    root "${root}";
    ${kind === 'files' ? 'autoindex on;' : SITE}
  }
}
`;
}
