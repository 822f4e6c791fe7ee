// Compiles the scan of workers/scan into dist/workers/scan.wasm. The compiler takes four seconds, so it is asked only
// where the file is not the one that these sources give.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const folder = 'workers/scan';
const outFile = 'dist/workers/scan.wasm';
const stampFile = '.cache/scan.stamp';

const sources = readdirSync(folder).filter((file) => file.endsWith('.ts'));
const files = [
  ...sources.map((source) => join(folder, source)),
  'workers/scan-layout.ts',
  'scripts/scan.mjs',
];
const hash = createHash('sha256').update(readFileSync('node_modules/assemblyscript/package.json'));
for (const file of files) hash.update(readFileSync(file));
const wanted = hash.digest('hex');

if (!existsSync(outFile) || !existsSync(stampFile) || stampOf(readFileSync(outFile)) !== readStamp()) {
  const { default: asc } = await import('assemblyscript/asc');
  // Memory comes from outside, so nothing has to manage it.
  const flags = [
    '--runtime',
    'stub',
    '--importMemory',
    '--noExportMemory',
    '--enable',
    'simd',
    '-O3',
    '--noAssert',
  ];
  const { error } = await asc.main([join(folder, 'scan.ts'), '--outFile', outFile, ...flags], {
    stderr: process.stderr,
  });
  if (error !== null) process.exit(1);
  mkdirSync('.cache', { recursive: true });
  writeFileSync(stampFile, stampOf(readFileSync(outFile)));
}

function readStamp() {
  return readFileSync(stampFile, 'utf8');
}

/** Of what was compiled, and from what. */
function stampOf(compiled) {
  return createHash('sha256').update(wanted).update(compiled).digest('hex');
}
