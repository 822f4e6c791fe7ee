/** What a person sees on a terminal of 80 columns, and that the web cannot print on it. */
import { spawnSync } from 'node:child_process';
import net, { type AddressInfo } from 'node:net';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect } from 'vitest';
import { startDemo } from '../../dist/demo/server.js';
import { type Folder, masked, PROGRAM } from '../support/program.js';
import { drawn } from './screen.js';
import { page, test } from './site.js';

const QUICK = ['--workers', '1', '--retries', '0', '--retry-delay', '0.01'];
/** Gives a program a pseudo-terminal; the tests are skipped aloud where it is missing or another one. */
const TERMINAL = 'script';
const hasTerminal = /util-linux/.test(String(spawnSync(TERMINAL, ['--version']).stdout));

/**
 * Runs the program on a pseudo-terminal; types something when a certain text stands there. Answers all that
 * was written to it, and its settings before and after.
 */
async function onTerminal(
  folder: Folder,
  args: readonly string[],
  { term = 'xterm-256color', typed = '', when = /^/ } = {},
): Promise<{ status: number | null; output: string; settings: [string, string] }> {
  const shell =
    'stty cols 80 rows 24; stty -g; echo "@@"; "$NODE" "$PROGRAM" $ARGS; status=$?; echo "@@"; stty -g; exit $status';
  const env = { NODE: process.execPath, PROGRAM, ARGS: args.join(' '), TERM: term };
  const running = folder.spawn(TERMINAL, ['-qec', shell, '/dev/null'], env);
  let shown = '';
  const { stdin, stdout: screen } = running.process;
  screen.on('data', function onData(chunk) {
    shown += String(chunk);
    if (!when.test(shown)) return;
    screen.off('data', onData);
    stdin.write(typed);
  });
  const { status, stdout } = await running.ended;
  const [before = '', output = '', after = ''] = stdout.split('@@\r\n');
  return { status, output, settings: [before, after] };
}

describe.skipIf(!hasTerminal)('on a terminal of 80 columns', () => {
  test('a live block is drawn, never wider than the screen, and gone in the end', async ({ folder }) => {
    const demo = await startDemo({ pages: 200, latencyMs: 30 });
    const args = ['--seed', `${demo.origin}/wiki/Kevin_Bacon`, '--workers', '2'];
    const { status, output, settings } = await onTerminal(folder, args);
    await demo.close();
    const screen = drawn(output);

    const shown = (pattern: RegExp): boolean => [...screen.seen].some((line) => pattern.test(line));
    expect(shown(/^ {2}URLs {6}[\d,]+ done · [\d,]+ queued/)).toBe(true);
    expect(shown(/^ {2}pages\/s {3}[\d.]+ now · [\d.]+ average · [\d.]+ [kKMG]?B in [\d.]+ s$/)).toBe(true);
    expect(shown(/^ {2}in flight \d+ in 2 workers: \d \d$/)).toBe(true);
    expect(shown(/^ {2}slowest {3}http:\/\/127\.0\.0\.1:\d+, [\d.]+ s under way$/)).toBe(true);
    expect(screen.widest).toBeLessThanOrEqual(80);

    expect(screen.lines.slice(0, 4).map(masked)).toEqual([
      'SITE (private): no limit in flight, no delay',
      '',
      'Finished: crawl.db holds every page the seeds lead to.',
      '',
    ]);
    expect(screen.lines.filter((line) => /in flight \d|slowest|pages\/s {3}/.test(line))).toEqual([]);
    expect(screen.modesLeft).toEqual([]);
    expect(screen.isStyled).toBe(false);
    expect(settings[0]).toBe(settings[1]);
    expect(status).toBe(0);
  });

  test('a crawl of one private host is never said to be bound by politeness', async ({ folder, serve }) => {
    const site = await serve({ '/': { ...page('Home', ['/a', '/b']), waitMs: 500 } });
    const { output } = await onTerminal(folder, ['--seed', `${site.origin}/`, ...QUICK]);
    expect([...drawn(output).seen].filter((line) => line.includes('waiting'))).toEqual([]);
  });

  test('a crawl that waits because of its manners says so while it waits', async ({ folder, serve }) => {
    const site = await serve({ '/': page('Home', ['/a', '/b']), '/a': page('A'), '/b': page('B') });
    const args = ['--seed', `${site.origin}/`, ...QUICK, '--delay', '1', '--max-time', '1.8'];
    const { output } = await onTerminal(folder, args);
    const lines = [...drawn(output).seen];
    expect(lines).toContain('  in flight 0 in 1 workers: 0');
    expect(lines.some((line) => /^ {2}waiting {3}for hosts: their limits/.test(line))).toBe(true);
  });

  test('lines of --verbose stay above the live block', async ({ folder, serve }) => {
    const links = Array.from({ length: 12 }, (_, i) => `/${i}`);
    const site = await serve({
      '/': { ...page('Home', links), waitMs: 600 },
      ...Object.fromEntries(links.map((link, i) => [link, { ...page(`Page ${i}`), waitMs: i * 50 }])),
    });
    const { output } = await onTerminal(folder, ['--seed', `${site.origin}/`, ...QUICK, '--verbose']);
    const { lines, seen } = drawn(output);
    expect(lines.filter((line) => line.startsWith('[thread 1]   200  '))).toHaveLength(13);
    expect(lines.filter((line) => line.startsWith('  in flight'))).toEqual([]);
    expect([...seen].some((line) => line.startsWith('  in flight'))).toBe(true);
  });

  test('seeds are asked for, and Ctrl-D ends them', async ({ folder, serve }) => {
    const site = await serve({ '/a': page('A') });
    const { status, output } = await onTerminal(folder, ['--seeds', '-', ...QUICK], {
      typed: `${site.origin}/a\n\u0004`,
      when: /Ctrl-D ends them/,
    });
    expect(output).toContain('reading seeds from standard input, one a line; Ctrl-D ends them\r\n');
    expect(drawn(output).lines).toContain('  pages                1');
    expect(status).toBe(0);
  });

  test('a dumb terminal gets plain lines', async ({ folder, serve }) => {
    const site = await serve({ '/': { ...page('Home'), waitMs: 500 } });
    const { status, output } = await onTerminal(folder, ['--seed', `${site.origin}/`, ...QUICK], {
      term: 'dumb',
    });
    expect(output).not.toContain('\u001b');
    expect(status).toBe(0);
  });

  test('--no-progress draws nothing', async ({ folder, serve }) => {
    const site = await serve({ '/': { ...page('Home'), waitMs: 500 } });
    const { output } = await onTerminal(folder, ['--seed', `${site.origin}/`, ...QUICK, '--no-progress']);
    expect(output).not.toMatch(/\x1b\[\d*[ABGK]/);
    expect(drawn(output).lines[0]).toMatch(/^127\.0\.0\.1:\d+ \(private\): /);
  });
});

/** Escape sequences, bells, carriage returns and direction marks, as text of the web. */
const EVIL = '\u001b]0;owned\u0007\u001b[2J\r\u009b31m\u202eevil\u2066\u200b';
/** What of it must never reach a terminal. A line feed ends our own lines; tabs we do not print. */
const HARMFUL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u;

describe('text of the web', () => {
  test('is never printed raw, and stands in the file as it was sent', async ({ folder, onTestFinished }) => {
    const origin = await serveEvil(onTestFinished);
    const args = ['--seed', `${origin}/`, ...QUICK, '--verbose', '--json'];
    const { status, stdout, stderr } = await folder.run(args);
    expect(stderr).not.toMatch(HARMFUL);
    expect(stdout).not.toMatch(HARMFUL);
    expect(status).toBe(1); // Some of its answers are no HTTP.
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'finished', pages: 1 });
    expect(stderr).toContain('\\x1b]0;owned\\x07\\x1b[2J \\x9b31m\\u{202e}evil\\u{2066}\\u{200b}');

    const database = new BetterSqlite3(folder.file('crawl.db'), { readonly: true });
    const title = database.prepare('SELECT title FROM pages WHERE id = 1').pluck().get();
    database.close();
    expect(title).toBe(EVIL.replace('\r', ' ')); // Blanks apart.
  });
});

/** A server that writes its answers byte by byte, because a proper one would not send these. */
async function serveEvil(end: (action: () => void) => void): Promise<string> {
  const evil = Buffer.from(EVIL, 'utf8').toString('latin1');
  const html = [
    `<title>${EVIL}</title><a href="/a${EVIL}">x</a><a href="/moved">x</a><a href="/type">x</a><a href="/status">x</a>`,
    `<a href="/reason">x</a><a href="/coding">x</a><a href="/line">x</a><a href="http://far${EVIL}.example/">x</a>`,
    `<a href="http://far.example/${EVIL}">x</a><link rel="canonical" href="/c${EVIL}">`,
  ].join('');
  const body = Buffer.from(html, 'utf8').toString('latin1');
  const answers: Readonly<Record<string, string>> = {
    '/robots.txt': `HTTP/1.1 404 ${evil.replace('\r', '')}\r\n`,
    '/': `HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\n`,
    '/moved': `HTTP/1.1 302 Found\r\nlocation: http://${evil.replace('\r', '')}/\r\n`,
    '/type': `HTTP/1.1 200 OK\r\ncontent-type: text/${evil.replace('\r', '')}\r\n`,
    '/status': `HTTP/1.1 500 ${evil.replace('\r', '')}\r\n`,
    '/reason': `HTTP/1.1 429 Slow\r\nretry-after: ${evil.replace('\r', '')}\r\n`,
    '/coding': `HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-encoding: ${evil.replace('\r', '')}\r\n`,
    '/line': `${evil}\r\n`,
  };
  const server = net.createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (request) => {
      const path = /^GET (\S+)/.exec(request.toString('latin1'))?.[1] ?? '';
      const content = path === '/' ? body : '';
      const head = answers[path] ?? 'HTTP/1.1 404 Not Found\r\n';
      socket.end(`${head}content-length: ${content.length}\r\nconnection: close\r\n\r\n${content}`, 'latin1');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  end(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
