/** The report as a page: whatever the web put into the file, it is text, and nothing is run or loaded. */
import { createHash } from 'node:crypto';
import { parse, type DefaultTreeAdapterTypes as Tree } from 'parse5';
import { describe, expect, test } from 'vitest';
import { readReport } from '../../dist/index.js';
import { reportPage } from '../../dist/report/html/page.js';
import { reportText } from '../../dist/report/text.js';
import { openFile } from '../store/file.js';

const SCRIPT = `</script></style></title>--><script>alert(1)</script>`;
const ATTRIBUTE = `" onmouseover="alert(2)" x='`;
const CONTROLS = '\u0000\u0007\u001b[2J\u001b]0;title\u0007\r\n';
const BIDI = 'photo\u202egpj.exe\u2066\u200b';
const HOSTILE = [SCRIPT, ATTRIBUTE, CONTROLS, BIDI, `${SCRIPT}${ATTRIBUTE}${'x'.repeat(100_000)}`];

/** A file in which every text that may come from the web is one of these. */
function hostileFile(): string {
  const connection = openFile();
  const host = connection.prepare('INSERT INTO hosts (id, host, given_up) VALUES (?, ?, ?)');
  const url = connection.prepare(
    `INSERT INTO urls (id, request_key, host_id, state, error, error_detail, depth, hops, seed_hops, link_count)
     VALUES (?, ?, 1, ?, ?, ?, 1, 0, 1000000, ?)`,
  );
  const record = connection.prepare(
    `INSERT INTO records (id, http_status, title, content_type, body_bytes, body_sha256, fetched_at, duration_ms)
     VALUES (?, ?, ?, ?, 10, ?, 1767323045678, 5)`,
  );
  host.run(1, `https://a.example${SCRIPT}`, SCRIPT);
  for (const [i, text] of HOSTILE.entries()) {
    const id = 10 * (i + 1);
    // Two pages of the same title and body, a failure, what was left out, and a redirect to a script.
    url.run(id, `https://a.example/${i}${text}`, 'done', null, null, 0);
    url.run(id + 1, `javascript:alert(${i})//${text}`, 'done', null, null, 0);
    url.run(id + 2, `https://a.example/gone-${i}${text}`, 'failed', 'status', text, null);
    url.run(id + 3, `data:text/html,${i}${text}`, 'failed', 'timeout', text, null);
    url.run(id + 4, `https://a.example/skip-${i}${text}`, 'skipped', `${i}${text}`, text, null);
    url.run(id + 5, `https://a.example/moved-${i}${text}`, 'done', null, null, null);
    record.run(id, 200, text, `${i}${text}`, text);
    record.run(id + 1, 200, text, `${i}${text}`, text);
    record.run(id + 2, 404, null, null, null);
    record.run(id + 5, 301, null, null, null);
    connection
      .prepare(`INSERT INTO redirects (source_id, target_url, verdict) VALUES (?, ?, 'outside')`)
      .run(id + 5, `javascript:alert(3)//${text}`);
    connection.prepare('INSERT INTO links VALUES (?, ?, 0), (?, ?, 0)').run(id, id + 2, id + 1, id + 3);
    connection.prepare('INSERT INTO outside_hosts VALUES (?, 1)').run(`${i}${text}`);
    connection.prepare('INSERT INTO sitemap_urls VALUES (?, 1)').run(id);
  }
  connection
    .prepare(`INSERT INTO settings VALUES ('sitemaps', 'read'), ('seeds', ?)`)
    .run(JSON.stringify(['javascript:alert(4)', ...HOSTILE]));
  connection.prepare(`INSERT INTO runs (command_line, version, started_at) VALUES (?, '', 1)`).run(SCRIPT);
  return connection.name;
}

function elementsOf(node: Tree.Node): Tree.Element[] {
  const inner = 'childNodes' in node ? node.childNodes.flatMap(elementsOf) : [];
  return 'tagName' in node ? [node, ...inner] : inner;
}

function attribute(element: Tree.Element, name: string): string | undefined {
  return element.attrs.find((attr) => attr.name === name)?.value;
}

/** Every element and attribute that the page is made of, and no other. */
const ELEMENTS = new Set(
  (
    'html head meta title style body header h1 h2 h3 p a nav ul ol li main div b figure svg line text rect path span ' +
    'section table thead tbody tr th td details summary footer'
  ).split(' '),
);
const ATTRIBUTES = new Set(
  (
    'lang charset http-equiv content name id class href rel target aria-label aria-hidden role tabindex viewBox ' +
    'preserveAspectRatio x y x1 x2 y1 y2 width height text-anchor d open'
  ).split(' '),
);

describe('a page of hostile texts', () => {
  const file = `crawl${SCRIPT}.db`;
  const html = (): string => reportPage(readReport(hostileFile()), file);

  test('is made of known elements and attributes, and of no script', () => {
    const elements = elementsOf(parse(html()));
    expect(elements.length).toBeGreaterThan(300);
    // A title in SVG is an element of the same name.
    expect(
      [...new Set(elements.map(({ tagName }) => tagName))].filter((name) => !ELEMENTS.has(name)),
    ).toEqual([]);
    const attributes = elements.flatMap(({ attrs }) => attrs.map(({ name }) => name));
    expect([...new Set(attributes)].filter((name) => !ATTRIBUTES.has(name))).toEqual([]);
  });

  test('links to http and https, and to itself, and tells nobody where from', () => {
    const links = elementsOf(parse(html())).filter(({ tagName }) => tagName === 'a');
    const outside = links.filter((link) => !/^#[a-z-]+$/.test(attribute(link, 'href') ?? ''));
    expect(outside.length).toBeGreaterThan(20);
    for (const link of outside) {
      expect(attribute(link, 'href')).toMatch(/^https?:\/\/a\.example/);
      expect(attribute(link, 'rel')).toBe('noopener noreferrer nofollow');
    }
    const ids = new Set(elementsOf(parse(html())).map((element) => attribute(element, 'id')));
    for (const link of links.filter((each) => !outside.includes(each)))
      expect(ids).toContain(attribute(link, 'href')?.slice(1));
  });

  test('shows control characters and direction marks instead of obeying them, and cuts what is too long', () => {
    const page = html();
    expect(page).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b]/);
    expect(page).toContain('photo\\u{202e}gpj.exe\\u{2066}\\u{200b}');
    expect(page).toContain('\\x1b[2J');
    expect(page).toContain(
      '&lt;/script&gt;&lt;/style&gt;&lt;/title&gt;--&gt;&lt;script&gt;alert(1)&lt;/script&gt;',
    );
    expect(page.length).toBeLessThan(300_000);
  });

  test('allows itself its one style, by its digest, and nothing else', () => {
    const elements = elementsOf(parse(html()));
    const style = elements.find(({ tagName }) => tagName === 'style')?.childNodes[0] as Tree.TextNode;
    const digest = createHash('sha256').update(style.value).digest('base64');
    const policy = elements.find((element) => attribute(element, 'http-equiv') !== undefined);
    expect(attribute(policy as Tree.Element, 'content')).toBe(
      `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`,
    );
    expect(style.value).not.toMatch(/url\(|@import/);
    const referrer = elements.find((element) => attribute(element, 'name') === 'referrer');
    expect(attribute(referrer as Tree.Element, 'content')).toBe('no-referrer');
  });

  test('is a page of few lines on a terminal, too', () => {
    const text = reportText(readReport(hostileFile(), { limit: 10 }), file);
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b]/);
    for (const line of text.split('\n')) expect(line.length).toBeLessThan(420);
  });
});

test('the page of an empty file says so in every section', () => {
  const connection = openFile();
  const page = reportPage(readReport(connection.name), 'crawl.db');
  expect(page).not.toMatch(/NaN|undefined|null|Infinity/);
  expect(page).toContain('<h2>Broken links: <span class="good">none</span></h2>');
  expect(reportText(readReport(connection.name), 'crawl.db')).toBe(`\
crawl.db: 0 pages, 0 links, 0 redirects, 0 B

pages nobody links to
  not known: a crawl finds pages by links alone; crawl into a new file with --sitemaps to compare
`);
});

test.each([
  [1, '1 is permanent and linked to by pages'],
  [2, '2 are permanent and linked to by pages'],
])('%i permanent redirect or more: a sentence', (permanent, sentence) => {
  const report = readReport(openFile().name);
  const { redirectChains } = report;
  const page = reportPage(
    { ...report, redirectChains: { ...redirectChains, total: 3, permanent } },
    'crawl.db',
  );
  expect(page.replaceAll(/\s+/g, ' ')).toContain(`${sentence}: those links should name the end.`);
});

test('charts hold every value', () => {
  const connection = openFile();
  connection.exec(`
    INSERT INTO hosts (id, host) VALUES (1, 'https://a.example');
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 199)
      INSERT INTO urls (id, request_key, host_id, state, depth, hops, seed_hops, link_count)
        SELECT i + 1, 'https://a.example/' || i, 1, 'done', i / 2, 0, 1, 1 FROM n;
    INSERT INTO records (id, http_status, fetched_at, duration_ms)
      SELECT id, 200, 1767323045000 + id * 100, 5 FROM urls;`);
  const report = readReport(connection.name);
  // Sixty depths of their own, and the forty that are deeper together.
  expect(report.depths.rows).toHaveLength(60);
  expect(report.depths.deeper).toBe(80);
  const page = reportPage(report, 'crawl.db');
  expect(page).toContain('<title>59: 2</title>');
  expect(page).toContain('<title>more: 80</title>');
  expect(page).toContain('<title>200: 200</title>');
  expect(page.match(/ pages\/s \(\d+ pages\)<\/title>/g)).toHaveLength(report.pace.buckets.length);
});
