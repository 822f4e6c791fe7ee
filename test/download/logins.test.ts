/** A login page that comes in the place of a file, before or after the file itself did. */
import { expect } from 'vitest';
import { test } from './bench.js';
import { bytesOf, type Entry, FileSite, type FileSpec, pageOf } from './file-site.js';

const BODY = bytesOf(5000, 'report');
const LOGIN = '<title>Login</title>Please log in';

function report(headers: Readonly<Record<string, string>>): FileSpec {
  return { body: BODY, headers };
}

const NAMED = 'attachment; filename="report 1.pdf"';

const FORMER: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
  ['its type', { 'content-type': 'application/pdf' }, 'get_id=1'],
  ['its name', { 'content-disposition': NAMED }, 'report 1.pdf'],
  [
    'its name, where the server calls all a page',
    { 'content-type': 'text/html', 'content-disposition': NAMED },
    'report 1.pdf',
  ],
];

for (const [what, headers, path] of FORMER) {
  test(`a file that was known by ${what} is not replaced by a login page`, async ({ home }) => {
    await using site = await FileSite.open({ '/': pageOf(['/get?id=1']), '/get?id=1': report(headers) });
    const args = [site.url('/'), '--match', 'get', '--refresh'];
    expect((await home.download(...args)).status).toBe(0);
    site.entries.set('/get?id=1', LOGIN);
    const { status, stderr } = await home.download(...args);
    expect(status).toBe(1);
    expect(stderr).toContain('failed: 1 validation');
    expect(await home.files()).toEqual([path]);
    expect(await home.holds(path, BODY)).toBe(true);
    // Logged in again: there is nothing to be fetched.
    site.entries.set('/get?id=1', report(headers));
    expect((await home.download(...args)).status).toBe(0);
    expect(await home.files()).toEqual([path]);
  });
}

test('a page that was a page is refreshed as one', async ({ home }) => {
  const page = (text: string): Entry => ({
    body: Buffer.from(`<title>${text}</title>`),
    headers: { 'content-type': 'text/html' },
  });
  await using site = await FileSite.open({ '/': pageOf(['/get?id=1']), '/get?id=1': page('one') });
  const args = [site.url('/'), '--match', 'get', '--refresh'];
  await home.download(...args);
  site.entries.set('/get?id=1', page('two'));
  const { status, stderr } = await home.download(...args);
  expect(status, stderr).toBe(0);
  expect((await home.read('get_id=1')).toString()).toContain('two');
});

test('a file that comes in the place of a login page gets the name it would have had', async ({ home }) => {
  await using site = await FileSite.open({ '/': pageOf(['/get?id=1']), '/get?id=1': LOGIN });
  const args = [site.url('/'), '--match', 'get', '--refresh'];
  await home.download(...args);
  expect(await home.files()).toEqual(['get_id=1']);
  site.entries.set('/get?id=1', report({ 'content-type': 'application/pdf', 'content-disposition': NAMED }));
  const { status, stderr } = await home.download(...args);
  expect(status, stderr).toBe(0);
  expect(await home.files()).toEqual(['report 1.pdf']);
  expect(await home.holds('report 1.pdf', BODY)).toBe(true);
});
