import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readStatus, statusSummary } from 'orbweaver';

const [db = 'shop.db', file = 'prices.jsonl'] = process.argv.slice(2);

function* lines() {
  for (const { key, executor, status, output } of readStatus(db))
    if (executor === 'price' && status === 'success') yield `${JSON.stringify({ key, ...output })}\n`;
}

await pipeline(Readable.from(lines()), createWriteStream(file));
console.log(statusSummary(db).executors);
