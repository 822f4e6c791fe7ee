/** Whose certificates are believed: those of the platform, and those of the authorities given with --ca. */
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { endsOf, test } from '../manners/bench.js';
import type { Bench } from '../manners/bench.js';
import {
  CERTIFICATE,
  KEY,
  SIGNED,
  SIGNED_ELSEWHERE,
  SIGNED_EXPIRED,
  SIGNED_KEY,
  TEST_CA,
} from '../workers/certificate.js';

/** A page served over TLS; answers its port. */
async function serve(cert: string, key = SIGNED_KEY): Promise<number> {
  const server = createServer({ cert, key }, (request, response) => {
    response
      .writeHead(request.url === '/' ? 200 : 404, { 'content-type': 'text/html' })
      .end('<title>t</title>');
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function fileOf(bench: Bench, name: string, content: string): Promise<string> {
  const path = join(bench.folder, name);
  await writeFile(path, content);
  return path;
}

/** Crawls the seeds with the program, robots.txt and all. Answers how each ended, by seed. */
async function ends(
  bench: Bench,
  seeds: readonly string[],
  flags: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<string[]> {
  const db = bench.file();
  const args = seeds.flatMap((seed) => ['--seed', seed]);
  await bench.run([...args, '--db', db, '--workers', '1', '--retries', '0', ...flags], env);
  const found = endsOf(db);
  return seeds.map((seed) => found[seed] ?? 'unknown');
}

test('a certificate of an authority that was given is believed, by name and by address', async ({
  bench,
}) => {
  const port = await serve(SIGNED);
  const seeds = [`https://localhost:${port}/`, `https://127.0.0.1:${port}/`];
  const ca = await fileOf(bench, 'ca.pem', TEST_CA);
  expect(await ends(bench, seeds, [])).toEqual(['failed tls', 'failed tls']);
  expect(await ends(bench, seeds, ['--ca', ca])).toEqual(['done 200', 'done 200']);
  const { totals } = await bench.crawl({ seeds, ca: [ca] });
  expect(totals.pages).toBe(2);
});

test('one that is expired, self-signed or for another host is not, whoever was given', async ({ bench }) => {
  const ports = [await serve(SIGNED_EXPIRED), await serve(CERTIFICATE, KEY), await serve(SIGNED_ELSEWHERE)];
  const seeds = ports.flatMap((port) => [`https://localhost:${port}/`, `https://127.0.0.1:${port}/`]);
  const ca = await fileOf(bench, 'ca.pem', TEST_CA);
  for (const more of [[], ['--no-robots']])
    expect(await ends(bench, seeds, ['--ca', ca, ...more])).toEqual(seeds.map(() => 'failed tls'));
});

test('several files with several certificates each add up, to NODE_EXTRA_CA_CERTS too', async ({ bench }) => {
  const seeds = [
    `https://localhost:${await serve(SIGNED)}/`,
    `https://localhost:${await serve(CERTIFICATE, KEY)}/`,
  ];
  const both = ['done 200', 'done 200'];
  const ours = await fileOf(bench, 'ours.pem', `\uFEFFOur authority\r\n${TEST_CA.replaceAll('\n', '\r\n')}`);
  const own = await fileOf(bench, 'own.pem', CERTIFICATE);
  const all = await fileOf(bench, 'all.pem', KEY + TEST_CA + CERTIFICATE);
  expect(await ends(bench, seeds, ['--ca', ours, '--ca', own])).toEqual(both);
  expect(await ends(bench, seeds, ['--ca', all])).toEqual(both);
  expect(await ends(bench, seeds, ['--ca', ours], { NODE_EXTRA_CA_CERTS: own })).toEqual(both);
  expect(await ends(bench, seeds, [], { NODE_EXTRA_CA_CERTS: all })).toEqual(both);
  expect(await ends(bench, seeds, ['--ca', own], { NODE_EXTRA_CA_CERTS: '/missing' })).toEqual([
    'failed tls',
    'done 200',
  ]);
});
