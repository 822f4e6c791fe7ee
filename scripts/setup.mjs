// Brings a checkout to the point where `dist/` can be run: installs when the lockfile is not the one
// that node_modules was installed from, then compiles. Uses nothing but Node, because it runs first.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const stampFile = 'node_modules/.orbweaver-lock';
// The native module is built for one Node ABI, so another Node asks for another install.
const wanted = createHash('sha256')
  .update(readFileSync('package-lock.json'))
  .update(process.versions.modules)
  .digest('hex');
const installed = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : '';

if (installed !== wanted) {
  say('installing packages (where SQLite has to be compiled, that takes one to three minutes)');
  // Not `npm ci`: it refuses a lockfile that lacks the tools' binaries for other platforms, and which of
  // those a lockfile can list depends on the registry it was made with. This installs what is locked, too,
  // and writes neither file.
  run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(stampFile, wanted);
}
run(process.execPath, ['node_modules/typescript/bin/tsc', '-b']);
run(process.execPath, ['scripts/scan.mjs']);
run(process.execPath, ['scripts/bundle.mjs']);

function run(command, args) {
  const { status, error } = spawnSync(command, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (error !== undefined) say(`cannot run ${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}
