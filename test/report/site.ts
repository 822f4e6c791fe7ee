/** A site with every kind of trouble in it, and a crawl of it. */
import type { Bench, Crawled } from '../manners/bench.js';
import { page, type Routes, type Site, text, to } from '../support/site.js';

/** Same title and same body at two addresses; the third says that it is a copy. */
const TWIN = page(['/'], { title: 'Twin' });

/** What a title can do to a page, a terminal or a table. */
export const HOSTILE_TITLE = `</script><script>alert(1)</script>"'><img src=x onerror=alert(2)>\u202egnp.exe\u0007\u001b[2J ${'x'.repeat(900)}`;

const ROUTES: Routes = {
  '/': page(
    [
      '/a /gone /to-gone /to-to-gone /loop /old /old-too /in /login /forbidden /busy /error /late /private /doc.pdf',
      '/twin-1 /twin-2 /twin-3 /untitled /slow /hostile /away https://else.test/ javascript:alert(1)',
    ].flatMap((links) => links.split(' ')),
    { title: 'Home' },
  ),
  '/a': page(['/', '/gone', '/to-gone', '/old', '/a']),
  '/to-gone': to('/gone', 301),
  '/to-to-gone': to('/to-gone', 308),
  '/loop': to('/loop-2'),
  '/loop-2': to('/loop'),
  '/old': to('/new', 301),
  '/old-too': to('/old-hop', 301),
  '/old-hop': to('/new', 302),
  '/new': page(['/'], { title: 'New' }),
  '/away': to('https://else.test/moved', 301),
  '/in': to('/moved-in'),
  '/moved-in': page(['/'], { title: 'Moved in' }),
  // A seed that nobody links to.
  '/start': page(['/'], { title: 'Start' }),
  '/alone': page(['/'], { title: 'Alone' }),
  '/login': { status: 401, headers: { 'content-type': 'text/html' } },
  '/forbidden': { status: 403, headers: { 'content-type': 'text/html' } },
  '/busy': { status: 503, headers: { 'content-type': 'text/html', 'retry-after': '0' } },
  '/error': { status: 500, headers: { 'content-type': 'text/html' } },
  '/late': 'silence',
  '/doc.pdf': { headers: { 'content-type': 'application/PDF; x=1' }, body: '%PDF' },
  '/twin-1': TWIN,
  '/twin-2': TWIN,
  '/twin-3': page(['/'], { title: 'Twin', head: '<link rel=canonical href="/twin-1">' }),
  '/untitled': page(['/', '/to-to-gone'], { title: ' ' }),
  '/slow': { body: page(['/slow'], { title: 'Slow' }), afterMs: 150 },
  '/hostile': page(['/'], { title: HOSTILE_TITLE.replaceAll('<', '&lt;') }),
};

/** Crawls the site with its sitemap. Answers the site and what the crawl came to. */
export async function crawlTroubles(bench: Bench): Promise<{ site: Site; crawled: Crawled }> {
  const site = await bench.site(ROUTES);
  const listed = ['/', '/start', '/new', '/alone', '/moved-in', '/listed-gone'];
  site.route('/robots.txt', text(`User-agent: *\nDisallow: /private\nSitemap: ${site.origin}/sitemap.xml`));
  site.route('/sitemap.xml', {
    headers: { 'content-type': 'application/xml' },
    body: `<urlset>${listed.map((path) => `<url><loc>${site.origin}${path}</loc></url>`).join('')}</urlset>`,
  });
  const crawled = await bench.crawl({
    seeds: [`${site.origin}/`, `${site.origin}/start`],
    sitemaps: true,
    // Long enough for a machine that is busy.
    timeout: 4,
    retries: 0,
    retryDelay: 0.001,
  });
  return { site, crawled };
}
