import { crawl } from 'orbweaver';

const [seed = 'https://docs.example.org/'] = process.argv.slice(2);

const run = crawl({
  seeds: [seed],
  db: 'docs.db',
  workers: 2,
  maxPages: 500,
  executors: new URL('./articles.mjs', import.meta.url),
});
for await (const page of run) console.log(page.state, page.status, page.url, page.results.title);

const { ending, totals } = await run;
console.log(ending, totals.pages);
