/** The block above every table: what was run, and on what. It names no host, no user and no path. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './root.js';

export interface Machine {
  /** Short and neutral, for a folder name: `2core-linux`. */
  readonly name: string;
  readonly cores: number;
  /** UTC day, `2025-01-31`. */
  readonly date: string;
  /** Label and text, in the order to print them. */
  readonly facts: readonly (readonly [label: string, text: string])[];
}

const SYSTEMS: Readonly<Record<string, string>> = { darwin: 'macos', win32: 'windows' };
/** The packages whose speed is in the figures. */
const PACKAGES = ['undici', 'piscina', 'parse5', 'better-sqlite3'];

/** @param program its script in package.json; @param typed the flags it was given */
export function describeMachine(program: string, typed: string): Machine {
  const cores = availableParallelism();
  const system = SYSTEMS[process.platform] ?? process.platform;
  const date = new Date().toISOString().slice(0, 10);
  const model = cpus()[0]?.model.trim() ?? 'unknown';
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB of memory`;
  const facts: Machine['facts'] = [
    ['command', `npm run ${program}${typed === '' ? '' : ` -- ${typed}`}`],
    ['date', date],
    ['commit', commit()],
    ['versions', ['orbweaver', ...PACKAGES].map((name) => `${name} ${versionOf(name)}`).join(', ')],
    ['Node', `${process.versions.node} (${system} ${process.arch})`],
    ['machine', `${model}, ${cores} cores, ${memory}`],
  ];
  return { name: `${cores}core-${system}`, cores, date, facts };
}

/** The commit; says so if what was measured is not quite what is in it. */
function commit(): string {
  try {
    const hash = git('rev-parse', '--short=12', 'HEAD');
    const changes = git('status', '--porcelain', '--', 'src', 'workers', 'package-lock.json');
    return changes === '' ? hash : `${hash}, with changes that are not committed`;
  } catch {
    return 'unknown'; // A tarball has no history; the versions still say what it is.
  }
}

function git(...args: string[]): string {
  return execFileSync('git', args, {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}

/** As installed. Read from the file, because not every package lets its package.json be imported. */
function versionOf(name: string): string {
  const paths = createRequire(join(ROOT, 'package.json')).resolve.paths(name) ?? [];
  const files =
    name === 'orbweaver'
      ? [join(ROOT, 'package.json')]
      : paths.map((path) => join(path, name, 'package.json'));
  for (const file of files) {
    try {
      return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version; // Every package.json has one.
    } catch {
      continue; // Not in this folder: the next one up is asked, as Node does.
    }
  }
  return 'unknown';
}
