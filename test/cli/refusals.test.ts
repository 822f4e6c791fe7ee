/** Whatever is refused on the command line: what is said, status 2, and nothing started or left behind. */
import { readdir, writeFile } from 'node:fs/promises';
import { describe } from 'vitest';
import { KEY, TEST_CA } from '../workers/certificate.js';
import { test } from './site.js';

/** Arguments, and all of standard error. */
const REFUSED: readonly (readonly [args: readonly string[], said: string])[] = [
  [
    [],
    `orbweaver: there is no seed to start from
  Try orbweaver --seed /wiki/Kevin_Bacon --max-pages 100, or orbweaver demo --crawl, or orbweaver --help
`,
  ],
  [['--sed', '/x'], 'orbweaver: there is no flag --sed\n  Did you mean --seed?\n'],
  [
    ['--seed', '/x', '--max-page', '3'],
    'orbweaver: there is no flag --max-page\n  Did you mean --max-pages?\n',
  ],
  [['verfiy', 'crawl.db'], "orbweaver: there is no command 'verfiy'\n  Did you mean verify?\n"],
  [
    ['https://example.org/'],
    "orbweaver: seeds are given with --seed, not as an argument: 'https://example.org/'\n  Try --seed https://example.org/\n",
  ],
  [['report', 'docs.db'], "orbweaver: report does not take the argument 'docs.db'\n  Try --db docs.db\n"],
  [['verify', '--db', 'docs.db'], 'orbweaver: there is no flag --db\n  Try orbweaver verify docs.db\n'],
  [['verify', '--db=docs.db'], 'orbweaver: there is no flag --db\n  Try orbweaver verify docs.db\n'],
  [
    ['path', '/', '/faq', 'docs.db'],
    "orbweaver: path does not take the argument 'docs.db'\n  Try --db docs.db\n",
  ],
  [
    ['path', '/', '/old', '/faq'],
    "orbweaver: path does not take the argument '/faq'\n  Usage: orbweaver path <from> <to> [options]\n",
  ],
  [
    ['walk', '/wiki/Footloose'],
    "orbweaver: walk does not take the argument '/wiki/Footloose'\n  Try --seed /wiki/Footloose\n",
  ],
  [
    ['--seed', '/x', '--workers', '0'],
    "orbweaver: --workers must be a whole number from 1 to 256, got '0'\n",
  ],
  [
    ['--seed', '/x', '--concurrency=9999'],
    "orbweaver: --concurrency must be a whole number from 1 to 1,024, got '9999'\n",
  ],
  [
    ['--seed', '/x', '--delay', 'soon'],
    "orbweaver: --delay must be a number of seconds from 0 to 86,400 (or with a unit: 500ms, 30s, 10m, 2h), got 'soon'\n",
  ],
  [
    ['--seed', '/x', '--max-body', '1GB'],
    "orbweaver: --max-body must be a size from 1 byte to 256 MiB (in bytes, or as 512KiB, 10MiB, 1MB), got '1GB'\n",
  ],
  [
    ['--seed', '/x', '--scope', 'planet'],
    "orbweaver: --scope must be origin, host, domain or any, got 'planet'\n",
  ],
  [['--seed'], 'orbweaver: --seed needs a value\n  Write --seed <url|path>\n'],
  [
    ['--seed', '--workers', '3'],
    'orbweaver: --seed needs a value, but --workers follows\n  Write --seed <url|path>\n',
  ],
  [
    ['--seed', 'en.wikipedia.org/wiki/Kevin_Bacon'],
    `orbweaver: seed "en.wikipedia.org/wiki/Kevin_Bacon" is neither a URL nor a path that starts with "/"
  Did you mean https://en.wikipedia.org/wiki/Kevin_Bacon ?
`,
  ],
  [
    ['--seed', 'wiki/Kevin_Bacon'],
    `orbweaver: seed "wiki/Kevin_Bacon" is neither a URL nor a path that starts with "/"
  Did you mean /wiki/Kevin_Bacon ?
`,
  ],
  [
    ['--seed', 'ftp://example.org/'],
    'orbweaver: seed "ftp://example.org/" has scheme ftp: and only http: and https: are crawled\n',
  ],
  [
    ['--seed', '/x', '--include', '('],
    `orbweaver: --include "(" is not a regular expression: Invalid regular expression: /(/: Unterminated group
  Write a JavaScript regular expression without slashes around it, for example ^/wiki/A
`,
  ],
  [
    ['--seed', '/x', '--within', 'a['],
    "orbweaver: --within: 'a[' is no CSS selector: Expected name, found its end\n",
  ],
  [['--seed', '/x', '--db', 'a.db', '--db', 'b.db'], 'orbweaver: --db is given twice\n'],
  [['--seed', '/x', '-q', '-v'], 'orbweaver: --quiet and --verbose exclude each other\n'],
  [
    ['--seed', '/x', '--header', 'secret'],
    "orbweaver: --header must be written as 'Name: value', with a colon\n",
  ],
  [
    ['--seed', '/x', '--header', 'Range: secret'],
    "orbweaver: --header: 'Range' cannot be set: the answer would not be the whole page\n",
  ],
  [['--seeds', 'missing.txt'], 'orbweaver: --seeds: there is no file missing.txt\n'],
  [['--seed', '/x', '--ca', 'missing.pem'], 'orbweaver: --ca: there is no file missing.pem\n'],
  [['--seed', '/x', '--ca', '.'], 'orbweaver: --ca: . is a folder, expected a PEM file\n'],
  [
    ['--seed', '/x', '--load-cookies', '.'],
    'orbweaver: --load-cookies: . is a folder, expected a cookies.txt file\n',
  ],
  [['--seed', '/x', '--ca', ''], 'orbweaver: --ca must not be empty\n'],
  [['--seeds', '-'], 'orbweaver: --seeds: there is no seed in standard input\n'],
  [['verify'], 'orbweaver: verify needs <file>\n  Usage: orbweaver verify <file> [options]\n'],
  [
    ['demo', '--workers', '2'],
    'orbweaver: --workers is for a crawl, and none was asked for\n  Add --crawl: orbweaver demo --crawl --workers …\n',
  ],
  [['demo', '--pages', '3'], "orbweaver: --pages must be a whole number from 200 to 10,000,000, got '3'\n"],
  [
    ['--seed', '\u001b[31m\u202e'],
    `orbweaver: seed "\\u001b[31m\\u{202e}" is neither a URL nor a path that starts with "/"
  Did you mean /\\x1b[31m\\u{202e} ?
`,
  ],
];

describe.concurrent('refused, and nothing is started', () => {
  test.for(REFUSED)('%j', async ([args, said], { folder, expect }) => {
    const ended = await folder.run(args);
    expect(ended).toEqual({ status: 2, signal: null, stdout: '', stderr: said });
    expect(await readdir(folder.path)).toEqual([]);
  });

  test('a bad seed in a file is named with file and line', async ({ folder, expect }) => {
    await writeFile(folder.file('seeds.txt'), '# ours\nhttps://example.org/\n\nexample.org/two\n');
    const ended = await folder.run(['--seeds', 'seeds.txt']);
    expect(ended).toEqual({
      status: 2,
      signal: null,
      stdout: '',
      stderr: `orbweaver: seeds.txt, line 4: seed "example.org/two" is neither a URL nor a path that starts with "/"
  Did you mean https://example.org/two ?
`,
    });
    expect(await readdir(folder.path)).toEqual(['seeds.txt']);
  });

  test.for([
    ['nothing', '', 'there is no PEM certificate in ca.pem'],
    ['a key', KEY, 'there is no PEM certificate in ca.pem'],
    ['a certificate cut off', TEST_CA.slice(0, 200), 'there is no PEM certificate in ca.pem'],
    [
      'a certificate with a hole',
      TEST_CA + TEST_CA.slice(0, 100) + TEST_CA.slice(300),
      'a certificate in ca.pem cannot be read: ',
    ],
  ])('a file of authorities that holds %s is named', async ([, content = '', said], { folder, expect }) => {
    await writeFile(folder.file('ca.pem'), content);
    const { status, stderr } = await folder.run(['--seed', '/x', '--ca', 'ca.pem']);
    expect(stderr).toContain(`orbweaver: --ca: ${said}`);
    expect(stderr.split('\n')).toHaveLength(2);
    expect(status).toBe(2);
    expect(await readdir(folder.path)).toEqual(['ca.pem']);
  });

  test('--fresh deletes nothing when another flag is refused', async ({ folder, expect }) => {
    await writeFile(folder.file('crawl.db'), 'precious');
    const { status } = await folder.run(['--seed', '/x', '--fresh', '--workers', '0']);
    expect(status).toBe(2);
    expect(await readdir(folder.path)).toEqual(['crawl.db']);
  });
});
