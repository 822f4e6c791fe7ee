// Puts the program and its thread together, each from its own files, after `tsc -b`: Node takes a millisecond for each
// file that it loads, and there are two hundred. dist/crawl.js and dist/workers/page.js, as compiled, are replaced by
// files that do the same; what they load later, or share with that, is in dist/bundle/. Packages stay outside, and all
// other files of dist/ are as the compiler made them: the library and the tests load those.
import { readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));

const written = new Set([
  ...(await bundle('src/crawl.ts', 'crawl.js')),
  ...(await bundle('workers/page.ts', 'workers/page.js')),
]);
// What an earlier build left. A program that runs meanwhile is not to be built over: it loads some of this late.
for (const file of readdirSync(`${root}dist/bundle`))
  if (!written.has(`bundle/${file}`)) rmSync(`${root}dist/bundle/${file}`);

/** Answers the files that it has written. */
async function bundle(source, entry) {
  const graph = await rolldown({
    cwd: root,
    input: source,
    platform: 'node',
    tsconfig: false,
    resolve: { conditionNames: ['source'], extensionAlias: { '.js': ['.ts'] } },
    external: isOutside,
  });
  // Files in dist/bundle/ are one folder deep, as those of rooms are: what is named by a path from a room's file
  // (threads, modules that are loaded late) is found from there, too.
  const { output } = await graph.write({
    dir: 'dist',
    sourcemap: true,
    entryFileNames: entry,
    chunkFileNames: 'bundle/[name]-[hash].js',
  });
  await graph.close();
  for (const { fileName, code = '' } of output) {
    // It would name another place there.
    if (!fileName.includes('/') && code.includes('import.meta.url'))
      throw new Error(`${fileName} names a file by its own place`);
  }
  return output.map(({ fileName }) => fileName);
}

/** Packages; and what users' modules import, which must be one class for them and for the thread. */
function isOutside(id, importer, isResolved) {
  // As it is written: a path that was found may begin with the letter of a drive.
  return !isResolved && importer !== undefined && (/^[^./#]/.test(id) || id === '#src/executor.js');
}
