/** What robots.txt forbids ends a crawl as surely as anything else, in whatever order it is met. */
import { expect } from 'vitest';
import { verify } from '../support/crash-verify.js';
import { test, type Folder } from '../support/program.js';
import { page, paths, Site, text } from '../support/site.js';

const CLOSED = 'User-agent: *\nDisallow: /closed\n';

test('a page whose links are all forbidden is the end of the crawl', async ({ folder }) => {
  expect(await crawlOf(folder, ['/closed/1'])).toMatchObject({ status: 0, state: 'whole', pages: 1 });
});

test('more forbidden links than one claim looks at are all settled', async ({ folder }) => {
  const links = paths(4_500, '/closed/');
  expect(await crawlOf(folder, links)).toMatchObject({ status: 0, state: 'whole', pages: 1, links: 4_500 });
});

test('a forbidden seed leads to no page', async ({ folder }) => {
  expect(await crawlOf(folder, [], '/closed/seed')).toMatchObject({ status: 1, state: 'whole', pages: 0 });
});

async function crawlOf(folder: Folder, links: readonly string[], seed = '/'): Promise<unknown> {
  const site = await Site.open({ '/robots.txt': text(CLOSED), '/': page(links) });
  try {
    const file = folder.file('crawl.db');
    const args = ['--seed', `${site.origin}${seed}`, '--db', file, '--workers', '1', '--quiet'];
    const { status, stderr } = await folder.run(args);
    expect(stderr).toBe('');
    return { ...verify(file), status };
  } finally {
    await site.close();
  }
}
