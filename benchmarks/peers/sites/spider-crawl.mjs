// spider follows every link of a site and writes the addresses of its pages.
// Called with the folder that its binding is installed in, the seed and a file for the addresses.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [folder, seed, file] = process.argv.slice(2);
const { Website } = createRequire(join(folder, 'package.json'))('@spider-rs/spider-rs');

const site = new Website(seed);
await site.crawl(undefined, false, false);
writeFileSync(
  file,
  site
    .getLinks()
    .map((url) => `${url}\n`)
    .join(''),
);
