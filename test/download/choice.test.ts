/** What rules choose, end to end, where only answers tell a listing from a file. */
import { expect } from 'vitest';
import { test } from './bench.js';
import { bytesOf, FileSite, pageOf } from './file-site.js';

const AUDIO = { body: bytesOf(500), headers: { 'content-type': 'audio/ogg' } };

function music(): Record<string, string | typeof AUDIO> {
  return {
    '/music/': pageOf(['Zed/', 'Zed']),
    '/music/Zed/': pageOf(['live/', 'live'], ['a.mp3', 'Track a']),
    '/music/Zed/live/': pageOf(['stream', 'Radio'], ['b.mp3', 'Track b']),
    '/music/Zed/a.mp3': AUDIO,
    '/music/Zed/live/b.mp3': AUDIO,
    '/music/Zed/live/stream': AUDIO,
  };
}

for (const rule of [
  ['--ext', 'mp3'],
  ['--match', '\\.mp3$'],
  ['--text', 'Track'],
])
  test(`what might have been a listing is no file that ${rule.join(' ')} takes`, async ({ home }) => {
    await using site = await FileSite.open(music());
    const dry = await home.download(site.url('/music/'), ...rule, '--depth', '10', '--dry-run');
    expect(dry.stdout).not.toContain('stream');
    const args = [site.url('/music/'), ...rule, '--depth', '10'] as const;
    const { status, stderr } = await home.download(...args);
    expect(status, stderr).toBe(0);
    expect(await home.files()).toEqual(['Zed/a.mp3', 'Zed/live/b.mp3']);
    site.hits.length = 0;
    expect((await home.download(...args)).status).toBe(0);
    expect(site.of('/music/Zed/live/stream')).toEqual([]);
    await home.download(...args, '--refresh');
    expect(site.of('/music/Zed/live/stream')).toHaveLength(1);
  });

test('what might have been a listing is a file where nothing forbids it, and stays one in later runs', async ({
  home,
}) => {
  await using site = await FileSite.open({
    ...music(),
    '/music/': pageOf(['Zed/', 'Zed'], ['Zed/live/stream', 'the other'], ['moved', 'Radio']),
    '/music/moved': (_request, response) =>
      void response.writeHead(302, { location: '/music/Zed/live/target' }).end(),
    '/music/Zed/live/target': AUDIO,
  });
  const args = [site.url('/music/'), '--depth', '10'] as const;
  const first = await home.download(...args);
  expect(first.status, first.stderr).toBe(0);
  const files = ['Zed/a.mp3', 'Zed/live/b.mp3', 'Zed/live/stream', 'Zed/live/target'];
  expect(await home.files()).toEqual(files);
  site.hits.length = 0;
  const again = await home.download(...args);
  expect(again.stderr).toContain('4 files were there already');
  expect(site.of('/music/Zed/live/stream')).toEqual([]);
  // A start page is asked what it is.
  const direct = await home.download(site.url('/music/Zed/live/stream'));
  expect(direct.status).toBe(1);
  expect(direct.stderr).toContain('a page has to be HTML');
});
