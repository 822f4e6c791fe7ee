/** The demo: the first thing a new user runs. */
import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { expect } from 'vitest';
import { DemoWiki } from '../../dist/demo/wiki.js';
import { masked, until } from '../support/program.js';
import { page, test } from './site.js';

/** A program that two of the three things to try need. */
const READER = 'sqlite3';
const hasReader = spawnSync(READER, ['--version']).status === 0;

test('demo --crawl crawls all of it, and again, and what it says to try works when it is pasted', async ({
  folder,
}) => {
  const { counts } = new DemoWiki({ pages: 200 }).truth('http://127.0.0.1');
  let said = '';
  for (let run = 0; run < 2; run++) {
    const args = 'demo --crawl --pages 200 --workers 2 --no-progress'.split(' ');
    const { status, stdout, stderr } = await folder.run(args);
    const lines = masked(stderr).split('\n');
    expect(lines.slice(0, 4)).toEqual([
      'demo wiki of 200 pages at http://SITE/wiki/Kevin_Bacon',
      'SITE (private): no limit in flight, no delay',
      '',
      'Finished: demo.db holds every page the seeds lead to.',
    ]);
    expect(stderr).toMatch(new RegExp(`\\n {2}pages +${counts.pages}\\n`));
    expect(stderr).toContain('\nThree things to try with demo.db:\n');
    expect(stdout).toBe('');
    expect(status).toBe(0);
    said = stderr;
  }
  expect((await readdir(folder.path)).sort()).toEqual(['demo.db', 'demo.db-lock']);

  const commands = said
    .slice(said.indexOf('Three things to try'))
    .split('\n')
    .filter((line) => line.startsWith('    '));
  expect(commands).toHaveLength(3);
  for (const command of commands) {
    if (command.includes('sqlite3') && !hasReader) continue;
    const { status, stdout, stderr } = await folder.spawn('sh', ['-c', command]).ended;
    expect(stderr, command).toBe('');
    expect(stdout, command).not.toBe('');
    expect(status, command).toBe(0);
  }
});

test.skipIf(process.platform === 'win32')('demo serves until Ctrl-C', async ({ folder }) => {
  const running = folder.start(['demo', '--pages', '200']);
  await until(() => running.stderrSoFar().includes('Ctrl-C'), running);
  running.process.kill('SIGINT');
  const { status, stdout, stderr } = await running.ended;
  expect(masked(stdout)).toBe('http://SITE/wiki/Kevin_Bacon\n');
  expect(stderr).toBe('serving 200 pages; Ctrl-C ends it\n');
  expect(status).toBe(130);
});

test('demo --crawl that was stopped offers no command to go on where there is nothing to go on with', async ({
  folder,
}) => {
  const args = 'demo --crawl --pages 200 --workers 1 --no-progress --max-pages 5 --json'.split(' ');
  const { status, stdout, stderr } = await folder.run(args);
  expect(stderr).toMatch(/\n\n {2}The demo always starts afresh: the same command begins anew\.\n$/);
  expect(stderr).not.toContain('To go on');
  expect(JSON.parse(stdout)).toMatchObject({
    limit: '--max-pages 5',
    resumeCommand: null,
    startsAfresh: true,
  });
  expect(status).toBe(3);
});

test('demo --crawl on a port and into a file of one’s own goes on with the command that is shown', async ({
  folder,
  serve,
}) => {
  const site = await serve({}); // A port that is free a moment later.
  await site.close();
  const port = String(Number(new URL(site.origin).port));
  const args = ['demo', '--crawl', '--pages', '200', '--workers', '1', '-q', '--db', 'x.db', '--port', port];
  const first = await folder.run([...args, '--max-pages', '5', '--json']);
  const { resumeCommand } = JSON.parse(first.stdout) as { resumeCommand: string };
  const { status, stdout } = await folder.spawn('sh', ['-c', resumeCommand]).ended;
  expect(JSON.parse(stdout)).toMatchObject({ outcome: 'finished', pagesThisRun: 195 });
  expect(status).toBe(0);
});

test('demo on a port that is taken is refused in a line', async ({ folder, serve }) => {
  const site = await serve({ '/': page('Somebody else') });
  const { port } = new URL(site.origin);
  expect(await folder.run(['demo', '--port', port])).toEqual({
    status: 2,
    signal: null,
    stdout: '',
    stderr: `orbweaver: --port: cannot serve on port ${port}: another program has it
  Choose another port, or leave --port out to take a free one
`,
  });
  expect(await readdir(folder.path)).toEqual([]);
});
