/**
 * HTML: pages that are deep, wide, long or broken, and everything that looks like a link. The HTML standard
 * decides what is an element and an attribute; which of them are links is the table in the README.
 */
import { createHash } from 'node:crypto';
import { done, PLAIN, skipped } from './case.js';
import type { Case, Part, PathCase } from './case.js';
import type { Network } from './network.js';

/** Name, page, the links it has, what is none of them. Relative addresses stay in a folder of the case. */
type Markup = readonly [name: string, html: string, links: readonly string[], never?: readonly string[]];

const SIZES: readonly Markup[] = [
  ['10,000 elements deep', `${'<div>'.repeat(10_000)}<a href=in>`, ['in']],
  ['10,000 inline elements deep', `${'<i>'.repeat(10_000)}<a href=in>`, ['in']],
  ['10,000 unclosed links', '<a href=in>'.repeat(10_000), ['in']],
  ['10,000 tables deep', `${'<table><td>'.repeat(5_000)}<a href=in>`, ['in']],
  ['an attribute of 5 MB', `<p title="${'x'.repeat(5_000_000)}"><a href=in>`, ['in']],
  ['10,000 attributes', `<p ${numbered(10_000, (n) => `a${n}=${n}`)}><a href=in>`, ['in']],
  ['an element name of 1 MB', `<${'x'.repeat(1_000_000)}><a href=in>`, ['in']],
  ['a million elements and nothing else', `${'<p><br>'.repeat(1_000_000)}<a href=in>`, ['in']],
  ['a page of blanks', ' '.repeat(9_000_000), []],
  ['200,000 links to few pages', numbered(200_000, (n) => `<a href="p${n % 20}#${n}">`), numberedLinks(20)],
  ['200,000 links that --exclude refuses', numbered(200_000, (n) => `<a href="/excluded/${n}">`), []],
];

const UNCLOSED: readonly Markup[] = [
  ['an unclosed comment', '<a href=in><!-- <a href=never>', ['in'], ['never']],
  ['a comment closed at once', '<!--><a href=in>', ['in']],
  ['a comment closed oddly', '<!-- --!><a href=in>', ['in']],
  ['a comment in a comment', '<!-- <!-- <a href=never> --><a href=in> -->', ['in'], ['never']],
  ['an unclosed script', '<a href=in><script>"<a href=never>"', ['in'], ['never']],
  [
    'a script that hides its end',
    '<script><!--<script></script><a href=never></script--></script><a href=in>',
    ['in'],
    ['never'],
  ],
  ['an unclosed style', '<a href=in><style><a href=never>', ['in'], ['never']],
  ['an unclosed title', '<title>all the rest <a href=never>', [], ['never']],
  ['an unclosed textarea', '<a href=in><textarea><a href=never>', ['in'], ['never']],
  ['an unclosed attribute', '<a href=in></a><a href="never><p>all the rest', ['in'], ['never']],
  ['an unclosed tag', '<a href=in></a><a href=never ', ['in'], ['never']],
  ['plaintext', '<a href=in><plaintext></plaintext><a href=never>', ['in'], ['never']],
  ['an unclosed select', '<select><option>x<p></select><a href=in>', ['in']],
];

const BASES: readonly Markup[] = [
  // HTML standard, "base": the first with an href counts, for the whole document.
  ['base twice', '<base href=one/><base href=two/><a href=in>', ['one/in']],
  ['base late', '<a href=in></a><p><base href=late/>', ['late/in']],
  ['base without href first', '<base target=_top><base href=b/><a href=in>', ['b/in']],
  ['base empty', '<base href=""><a href=in>', ['in']],
  ['base invalid', '<base href="http://["><a href=in>', ['in']],
  ['base of data', '<base href="data:text/html,"><a href=in>', ['in']],
  ['base of javascript', '<base href="javascript:1"><a href=in>', ['in']],
  ['base of mailto', '<base href="mailto:a@b"><a href=in>', [], ['in']],
  ['base in a template', '<template><base href=no/></template><a href=in>', ['in'], ['no/in']],
  ['base in SVG', '<svg><base href=no/></svg><a href=in>', ['in'], ['no/in']],
  ['base with a query', '<base href="b?x=1"><a href="?y=2"></a><a href="#top">', ['b?y=2', 'b?x=1']],
];

const LOOKS: readonly Markup[] = [
  [
    'elements that are no links',
    `<link rel=next href=never1><img src=never2 srcset="never3 2x, never4 3x"><form action=never5><button formaction=never6>
     <input type=image src=never7></form><script src=never8></script><video src=never9 poster=never10><source src=never11>
     <track src=never12></video><object data=never13><embed src=never14><blockquote cite=never15><q cite=never16></q>
     <body background=never17><a ping=never18 data-href=never19 HREFLANG=never20><p href=never21><ins cite=never22></ins>
     <iframe srcdoc="<a href=never23>"></iframe><applet codebase=never24></applet><a xlink:href=never25>`,
    [],
    Array.from({ length: 25 }, (_, index) => `never${index + 1}`),
  ],
  [
    'elements that are links',
    `<a href=a></a><map><area href=area></map><iframe src=iframe></iframe><noscript><a href=noscript></a></noscript>
     <svg><a href=svg></a><a xlink:href=xlink></a><foreignObject><a href=foreign></a></foreignObject></svg>`,
    ['a', 'area', 'iframe', 'noscript', 'svg', 'xlink', 'foreign'],
  ],
  [
    'frames',
    '<frameset><frame src=left><frame src=right><noframes><a href=never></noframes></frameset>',
    ['left', 'right'],
    ['never'],
  ],
  [
    'noscript in the head',
    '<head><noscript><meta http-equiv=refresh content="0;url=in"></noscript></head>',
    ['in'],
  ],
  [
    'links in scripts',
    '<script>document.write("<a href=never>")</script><a onclick="location=\'never2\'">',
    [],
    ['never', 'never2'],
  ],
  ['links in a template', '<template><a href=never></a></template><a href=in>', ['in'], ['never']],
  [
    'a template in a template',
    '<template><template></template><a href=never></a></template><a href=in>',
    ['in'],
    ['never'],
  ],
  [
    'links in raw text',
    '<xmp><a href=never></xmp><noembed><a href=never2></noembed><a href=in>',
    ['in'],
    ['never', 'never2'],
  ],
  [
    'links in attributes',
    `<p title="<a href='never'>"><a href=in title='<a href="never">'>`,
    ['in'],
    ['never'],
  ],
  ['MathML', '<math><a href=never></a><mi href=never2></math><a href=in>', ['in'], ['never', 'never2']],
  ['CDATA', '<svg><![CDATA[<a href=never>]]></svg><![CDATA[<a href=in>]]>', [], ['never']],
  // A bogus comment, which ends at the first `>`.
  ['a processing instruction', '<?php echo "<a href=never>" ?><a href=in>', ['in'], ['never']],
  ['in a table where no link may be', '<table><a href=in><tr><a href=in2><td>x</table>', ['in', 'in2']],
  ['links in links', '<a href=in>x<a href=in2>y</a></a>', ['in', 'in2']],
  ['misnested', '<b><a href=in>x</b>y<p>z</a><a href=in2>', ['in', 'in2']],
];

const ADDRESSES: readonly Markup[] = [
  // Character references in attributes: a bare one before = or a letter is text (HTML §13.2.5.72).
  [
    'entities',
    '<a href="a?x=1&amp;y=2"></a><a href="b&#x2F;c"></a><a href="d?a=1&copy=2">',
    ['a?x=1&y=2', 'b/c', 'd?a=1&copy=2'],
  ],
  ['upper case', '<A HREF=one></A><AREA hReF="TWO"><IFRAME SRC=three></IFRAME>', ['one', 'TWO', 'three']],
  ['the first of two attributes', '<a href=in href=never>', ['in'], ['never']],
  ['blanks and newlines', '<a href=" \n in \t"></a><a href="o\nn\te">', ['in', 'one']],
  ['without quotes', '<a href=in/></a><a href=a=b&c>', ['in/', 'a=b&c']],
  ['odd quotes', '<a href=\'in\'></a><a href = "in2"></a><a/href=in3>', ['in', 'in2', 'in3']],
  ['fragments are one page', '<a href="in#a"></a><a href="in#b"></a><a href=in>', ['in']],
  ['credentials are dropped', '<a href="//user:secret@HOST/in">', ['/in']],
  [
    'other schemes',
    '<a href="javascript:never()"></a><a href="mailto:a@b"></a><a href="tel:1"></a><a href="data:text/html,x"></a><a href="ftp://HOST/never"></a><a href="file:///never"></a><a href="about:blank"></a><a href="blob:http://HOST/never">',
    [],
    ['never'],
  ],
  [
    'invalid addresses',
    '<a href="http://["></a><a href="http://HOST:99999/"></a><a href="http://a b/"></a><a href="//">',
    [],
  ],
  ['backslashes', '<a href="\\\\HOST\\in">', ['/in']],
  ['dots', '<a href="./x/../in"></a><a href="%2e/two">', ['in', 'two']],
];

const REFRESHES: readonly Markup[] = [
  ['refresh', '<meta http-equiv=refresh content="0;url=in">', ['in']],
  ['refresh in quotes', `<meta http-equiv=Refresh content="5; URL = 'in' ignored">`, ['in']],
  ['refresh with a comma', '<meta http-equiv=REFRESH content="1.5,in">', ['in']],
  ['refresh with a blank', '<meta http-equiv=refresh content="0 in">', ['in']],
  ['refresh in the body', '<body><p><meta http-equiv=refresh content="0;url=in">', ['in']],
  ['refresh of nothing', '<meta http-equiv=refresh content="30">', []],
  ['refresh without a time', '<meta http-equiv=refresh content="url=never">', [], ['never']],
  ['refresh of another kind', '<meta name=refresh content="0;url=never">', [], ['never']],
  ['refresh by javascript', '<meta http-equiv=refresh content="0;url=javascript:never()">', [], ['never']],
];

/** Robots meta, X-Robots-Tag and rel: what may be followed. The README names the rules. */
const FOLLOWING: readonly PathCase[] = [
  nofollow('robots meta', '<meta name=robots content="noindex, nofollow">'),
  nofollow('robots meta, none', '<META NAME=ROBOTS CONTENT=NONE>'),
  nofollow('robots meta by name', '<meta name=orbweaver content=nofollow>'),
  nofollow('X-Robots-Tag', '', 'noindex, nofollow'),
  nofollow('X-Robots-Tag by name', '', 'otherbot: noindex, orbweaver: nofollow'),
  {
    name: 'X-Robots-Tag for others',
    path: '/for-others/',
    answer: {
      headers: { 'content-type': 'text/html', 'x-robots-tag': 'otherbot: nofollow' },
      body: '<a href=in>',
    },
    expect: done({ links: ['in'] }),
  },
  {
    name: 'rel=nofollow',
    path: '/rel/',
    answer: '<a rel="noopener NoFollow" href=in>',
    expect: done({ links: ['in'] }),
  },
  {
    name: 'rel=canonical is no link',
    path: '/canonical/',
    answer: '<link rel=canonical href=never>',
    expect: done({ links: [] }),
    never: ['never'],
  },
];

/** A link of 5 MB is kept as a row with a cut key, and never asked for. */
const LONG_PATH = `/long/${'x'.repeat(5_000_000)}`;

/** Starts the hosts of this topic. The crawl must exclude `/excluded/`. */
export async function openHtml(network: Network): Promise<Part> {
  const other = await network.site({ '*': PLAIN });
  const away: PathCase = {
    name: 'base on another host',
    path: '/base-away/',
    answer: `<base href="${other.origin}/b/"><a href=in></a><a href="#top">`,
    expect: done({ links: [`${other.origin}/b/in`, `${other.origin}/b/`] }),
    never: ['in'],
  };
  const long: PathCase = {
    name: 'a link of 5 MB',
    path: '/long-link/',
    answer: `<a href="${LONG_PATH}">`,
    expect: done(),
  };
  const markup = [...SIZES, ...UNCLOSED, ...BASES, ...LOOKS, ...ADDRESSES, ...REFRESHES].map(pageCase);
  const closed = FOLLOWING.filter(({ path }) => path.startsWith('/nofollow-'));
  const part = await network.topic('HTML', [...markup, ...FOLLOWING, away, long]);
  const { origin } = new URL(part.cases[0]?.url ?? '');
  return {
    ...part,
    cases: [
      ...part.cases,
      ...closed.map(({ name, path }) =>
        unlinked(`${name}: what it links to`, `${origin}${path}in`, 'nofollow'),
      ),
      unlinked('that link', cutKey(origin + LONG_PATH), 'url'),
    ],
  };
}

function unlinked(name: string, url: string, reason: string): Case {
  return { name: `HTML: ${name}`, url, expect: skipped(reason), isLinked: false };
}

function pageCase([name, html, links, never = []]: Markup): PathCase {
  return {
    name,
    path: `/${name.toLowerCase().replaceAll(/[^a-z\d]+/g, '-')}/`,
    // HOST stands for the page's own host.
    answer: ({ headers }) => html.replaceAll('HOST', headers.host ?? ''),
    // A large one may pass its deadline on a busy machine, and is asked for again.
    expect: done({ links, ...(html.length > 500_000 ? { requests: null } : {}) }),
    never,
  };
}

function nofollow(name: string, head: string, tag?: string): PathCase {
  const headers = { 'content-type': 'text/html', ...(tag === undefined ? {} : { 'x-robots-tag': tag }) };
  return {
    name,
    path: `/nofollow-${name.toLowerCase().replaceAll(/[^a-z]+/g, '-')}/`,
    answer: { headers, body: `${head}<a href=in>` },
    expect: done({ links: ['in'] }),
  };
}

function numbered(count: number, one: (n: number) => string): string {
  return Array.from({ length: count }, (_, n) => one(n)).join(' ');
}

function numberedLinks(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `p${n}`);
}

/** The README's rule for URLs beyond 2,083 characters: the beginning, and the digest of the whole. */
function cutKey(url: string): string {
  return `${url.slice(0, 2083)}#sha256=${createHash('sha256').update(url).digest('hex')}`;
}
