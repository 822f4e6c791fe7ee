/** The version of this program, read once from the package's own manifest. */
import { createRequire } from 'node:module';

const manifest = createRequire(import.meta.url)('orbweaver/package.json') as { readonly version: string };

/** As in package.json, for instance `0.1.0`. */
export const VERSION: string = manifest.version;
