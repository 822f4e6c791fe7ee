// Crawlee's CheerioCrawler follows every link of a site, all in memory, and writes the addresses of its pages.
// Called with the folder that Crawlee is installed in, the seed, the requests in flight and a file for the addresses.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [folder, seed, connections, file] = process.argv.slice(2);
const { CheerioCrawler, Configuration, log } = createRequire(join(folder, 'package.json'))(
  '@crawlee/cheerio',
);
log.setLevel(log.LEVELS.ERROR);

const pages = [];
const crawler = new CheerioCrawler(
  {
    minConcurrency: Number(connections),
    maxConcurrency: Number(connections),
    async requestHandler({ request, response, enqueueLinks }) {
      if (response.statusCode !== 200) return; // It hands on dead links, too.
      pages.push(request.loadedUrl);
      await enqueueLinks({ selector: 'a, area', strategy: 'same-origin' });
    },
  },
  new Configuration({ persistStorage: false }),
);
await crawler.run([seed]);
writeFileSync(file, pages.map((url) => `${url}\n`).join(''));
