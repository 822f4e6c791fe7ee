import { walk } from 'orbweaver';

const [seed = 'https://docs.example.org/', ...others] = process.argv.slice(2);

const run = walk({ seeds: [seed, ...others], db: 'walk.db', steps: 5, rngSeed: 7 });
for await (const { walker, step, page } of run) console.log(walker, step, page.title ?? page.url);

for (const { walker, ended } of (await run).walk.walkers) console.log(walker, 'ended by', ended);
