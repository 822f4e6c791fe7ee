/** The version of this program, read once from the package's own manifest. */
import { readFileSync } from 'node:fs';

/** As in package.json, for instance `0.1.0`. Both src/ and dist/ stand beside that file. */
export const VERSION: string = readVersion(new URL('../package.json', import.meta.url));

function readVersion(manifest: URL): string {
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return version;
}
