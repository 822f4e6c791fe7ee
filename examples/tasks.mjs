import { readStatus, run } from 'orbweaver';

const [shop = 'https://shop.example.org'] = process.argv.slice(2);

const { succeeded, failed } = await run(
  {
    chair: { url: `${shop}/chair`, currency: 'EUR' },
    table: { url: `${shop}/table`, currency: 'USD', headers: { 'Accept-Language': 'en' } },
    search: { url: `${shop}/search`, post_form: { q: 'lamp' } },
  },
  {
    db: 'shop.db',
    executors: new URL('./prices.mjs', import.meta.url),
    retries: 2,
    retryDelay: 0.5,
  },
);
console.log('succeeded:', succeeded.join(', '));
console.log('failed:', failed.join(', '));
for (const { key, status, error } of readStatus('shop.db'))
  if (status === 'failed') console.log(`${key}: ${error}`);
