/** Where things are. The programs run compiled, from a folder that is not their own. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The built program, `dist/crawl.js`: what ships is what is measured. */
export const CRAWLER = fileURLToPath(import.meta.resolve('#src/crawl.js'));

/** The folder of package.json. */
export const ROOT = dirname(dirname(CRAWLER));
