/** Pages for the two lanes of link extraction to agree on: made of pieces of others, by a seeded mutator. */
import { TAG_SOUP } from './tag-soup.js';

/** What the fast lane always refuses stands apart: one page in a few is enough of it. */
const REFUSED = 'template frame frameset svg math plaintext foreignObject'.split(' ');
const NAMES =
  'html head body title base link meta style script noscript a area b i em font nobr span div p h1 h2 h3 ul ol li dl dt dd table caption colgroup col tbody thead tfoot tr td th form button select option optgroup input textarea pre listing br hr img image iframe noframes noembed xmp object applet marquee desc address section map ruby rt rp x-y summary details keygen param center label'.split(
    ' ',
  );

const ATTRIBUTES = [
  'href=/l%',
  'href="/l%"',
  "href='l%#f'",
  'HREF = "?a=1&b=%"',
  'href="?a&amp;b=%&copy=1&lt;&notit;x&copy"',
  'href="/&#x41;&#65;&#128;&#0;%&#"',
  'href="/new\r\nline%"',
  'href',
  'href=""',
  'href="/\u00fc\u65e5%#\u{1f600}"',
  'href=/\u00e9%',
  '\u00fc=x',
  'class="\u00fc\u00a0c c"',
  'src=/s%',
  'rel=nofollow',
  'rel="Canonical x"',
  'rel=canonical href=/c%',
  'name=robots content=nofollow',
  'name=robots content="no&#110;e"',
  'http-equiv=refresh content="0;url=/r%"',
  'id=a',
  'id="b"',
  'class=c',
  'class="x c y"',
  'class="&#99;"',
  'type=hidden',
  '/',
  "data-x='>'",
  'alt="<a href=/no>"',
  'x=y/',
];

const ODD_ATTRIBUTES = ['a"b=c', '=', 'href=', 'x<', 'href="open', 'href=\0'];

const ODDITIES = [
  '<!-- x -->',
  '<!-- <a href=/no> -->',
  '<!-->',
  '<!--->',
  '<!-- <!-- -->',
  '<?xml x?>',
  '<',
  '< a',
  '<!doctype html>',
  '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2//EN">',
  '&amp;',
  '&nbsp;',
  '&lt;a href=/no>',
  '&copy x',
  '\r\n',
  ' ',
  '\n',
  '\f',
  'text',
  '\ufeff',
  '\u00a0',
  '<script><!-- x </script>',
  '</script >',
  '<title>t &amp; u</title>',
  '<title>\u65e5 \u00fc &uuml; \u{1f600}</title>',
  '<h1>\u00e9 <b>\u65e5</b></h1>',
  '<h1>one <b>two</b> &lt; three</h1>',
  '<select><option>x</select>',
  '<table><tr><td>',
  '</td></tr></table>',
];

const RARE = [
  '<!-- --!>',
  '<!',
  '<!x>',
  '<![CDATA[<a href=/cd>]]>',
  '</>',
  '</ x>',
  '&#32;',
  '\0',
  '<svg><path d=x/></svg>',
  '<svg><title>x</title></svg>',
  '<script><!-- <script> </script> -->',
];

/** Random numbers below a bound. */
export type Below = (bound: number) => number;

/** A small generator (mulberry32), so that a seed names a page. */
export function seeded(seed: number): Below {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * bound);
  };
}

const BLOCKS =
  'div section p blockquote form fieldset pre center button noscript h2 address article x-y X-Y x-yz x-long-name x-long-names'.split(
    ' ',
  );
const PHRASES = 'a b i em span code font small label u'.split(' ');

/** What makes an element the area of a selector, or nearly. */
const MARKS = [
  ' class=c',
  ' id=a',
  ' class="x c"',
  ' class=d id=b',
  ' class=long-name',
  ' class="long-names long-nam"',
  ' id=b id=a',
  ' class="c&#32;x"',
  ' id="&#97;"',
  ' id=A class=C',
  ' ID=a CLASS="\nc\n"',
  ' data-x=c id',
];

/** A page as people write them: elements nest, some of the ends that may be left out are, one end in many is missing. */
function neatPage(below: Below): string {
  const one = (list: readonly string[]): string => list[below(list.length)] as string;
  const marks = (): string => marksOf(below);
  const link = (): string => `<a href=/n${below(40)}${marks()}>x</a>`;
  const wrapped = (name: string, inner: string, isOptional = false): string =>
    `<${name}${marks()}>${inner}${below(isOptional ? 2 : 80) === 0 ? '' : `</${below(6) === 0 ? name.toUpperCase() : name}>`}`;
  const deep = (inner: string): string => {
    const name = one(['div', 'span', 'x-y', 'blockquote', 'X-Long-Name', 'b']);
    const count = 250 + below(20);
    return `<${name}${marks()}>`.repeat(count) + inner + `</${name}>`.repeat(count);
  };
  const phrase = (depth: number): string =>
    below(3) === 0 || depth === 0 ? link() : wrapped(one(PHRASES), phrase(depth - 1));
  const several = (make: () => string): string => Array.from({ length: below(4) }, make).join('\n');
  const moved = (): string => (below(16) === 0 ? wrapped(one(BLOCKS), wrapped(one(PHRASES), '<br>')) : '');
  const row = (depth: number): string =>
    several(() => moved() + wrapped(below(4) === 0 ? 'th' : 'td', flow(depth - 1), true));
  const rows = (depth: number): string => several(() => moved() + wrapped('tr', row(depth), true));
  const block = (depth: number): string => {
    if (depth <= 0) return phrase(2);
    switch (below(60) === 0 ? 9 : below(9)) {
      case 9:
        return wrapped(one(['p', 'ul', 'li']), deep(flow(depth - 1)), true);
      case 0:
        return wrapped(
          one(['ul', 'ol']),
          several(() => wrapped('li', flow(depth - 1), true)),
        );
      case 1:
        return wrapped(
          'dl',
          several(() => wrapped(one(['dt', 'dd']), flow(depth - 1), true)),
        );
      case 2: {
        const groups = several(() => wrapped(one(['tbody', 'thead', 'tfoot']), rows(depth), true));
        const caption = below(4) === 0 ? wrapped('caption', flow(depth - 1), true) : '';
        return wrapped(
          'table',
          `${caption}${below(5) === 0 ? '<colgroup><col>' : ''}${below(2) === 0 ? groups : rows(depth)}`,
        );
      }
      case 3:
        return wrapped('p', phrase(2), true);
      case 4:
        return one([
          `<select${marks()}><option${marks()}>x<optgroup${marks()}><option>y</select>`,
          `<hr${marks()}>`,
          `<br${marks()}>`,
          `<img${marks()} src=/no>`,
          `<area${marks()} href=/n${below(40)}>`,
          `<iframe${marks()} src=/f></iframe>`,
          `<textarea${marks()}><a href=/no></textarea>`,
          '<meta http-equiv=refresh content="0;/m">',
          '<!-- x -->',
          `<input${marks()}>`,
          `<style${marks()}></style>`,
          `<h1${marks()}>one <b${marks()}>two</b> ${link()}</h1>`,
          `<xmp${marks()}></xmp>`,
          `<svg${marks()}><g${marks()}><path d=x/></g></svg>`,
        ]);
      default:
        return wrapped(one(BLOCKS), flow(depth - 1));
    }
  };
  const flow = (depth: number): string => several(() => (below(3) === 0 ? phrase(2) : block(depth)));
  const head = below(2) === 0 ? `<head${marks()}><title>t</title><link rel=canonical href=/c></head>` : '';
  return `${below(2) === 0 ? '<!doctype html>' : ''}${below(2) === 0 ? `<html${marks()}>` : ''}${head}<body${marks()}>${flow(5)}${link()}${flow(4)}${link()}</body>`;
}

/** None as often as any. */
function marksOf(below: Below): string {
  return below(2) === 0 ? '' : (MARKS[below(MARKS.length)] as string);
}

const TABLE_PARTS = 'table table caption colgroup col tbody thead tr tr td td th'.split(' ');
const BETWEEN_PARTS =
  'a a b p div object h1 h3 span li form button object input br iframe title base meta select style nobr x-y'.split(
    ' ',
  );

/** Tables with anything between their cells: nothing nests, as what is moved before a table matters in any order. */
function tablePage(below: Below): string {
  let page = '';
  for (let i = 4 + below(30); i > 0; i--) {
    const names = below(5) < 3 ? TABLE_PARTS : BETWEEN_PARTS;
    const name = names[below(names.length)] as string;
    if (below(5) < 2) page += `</${name}>`;
    else if (name === 'meta') page += `<meta http-equiv=refresh content="0;/t${below(9)}">`;
    else {
      const marks = below(8) === 0 ? marksOf(below) : '';
      page += `<${name} ${name === 'iframe' ? 'src' : 'href'}=t${below(20)}${marks}>${below(3) === 0 ? 'x' : ''}`;
    }
    if (name === 'iframe' || name === 'title' || name === 'style') page += `</${name}>`;
  }
  return page;
}

const SHAPES = 'svg g path use text clipPath title desc image set'.split(' ');
const OTHERS = 'a b p style script foreignObject font div br'.split(' ');

/** Pages of drawings between other elements, which mostly nest. */
function drawingPage(below: Below): string {
  const open: string[] = [];
  let page = below(2) === 0 ? '<b><p>' : '<p>';
  for (let i = 4 + below(20); i > 0; i--) {
    const isOther = below(open.includes('svg') ? 40 : 3) === 0;
    const names = isOther ? OTHERS : SHAPES;
    const name = open.length === 0 && !isOther ? 'svg' : (names[below(names.length)] as string);
    const kind = below(4);
    const isText = /^(?:title|desc)$/.test(open.at(-1) ?? '') && below(20) > 0;
    if ((kind === 0 || isText) && open.length > 0) page += `</${below(12) === 0 ? name : open.pop()}>`;
    else if (kind === 1) page += `<${name} href=/d${below(9)}${below(3) === 0 ? '' : ' '}/>`;
    else {
      page += `<${name} href="/d${below(20)}" id=a>${below(4) === 0 ? 'x &amp; y' : ''}`;
      open.push(name);
    }
  }
  while (open.length > 0 && below(12) > 0) page += `</${open.pop()}>`;
  return `${page}<a href=/end>`;
}

/** One page: cut, spliced, doubled and with things put in, from pages and from pieces. */
export function mutatedPage(below: Below, pages: readonly string[] = TAG_SOUP): string {
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const attribute = (): string =>
    pick(below(80) === 0 ? ODD_ATTRIBUTES : ATTRIBUTES).replace('%', `${below(9)}`);
  const tag = (): string => {
    const name = below(60) === 0 ? pick(REFUSED) : pick(NAMES);
    if (below(3) === 0) return `</${name}>`;
    let text = `<${below(12) === 0 ? name.toUpperCase() : name}`;
    for (let i = below(4); i > 0; i--) text += ` ${attribute()}`;
    return `${text}${below(15) === 0 ? '/' : ''}>`;
  };
  const nested = (depth: number): string => {
    let text = '';
    for (let i = below(4); i > 0; i--) {
      const name = pick(NAMES);
      text += `<${name}${below(2) === 0 ? ` ${attribute()}` : ''}>${depth > 0 ? nested(depth - 1) : 'x'}${below(8) === 0 ? '' : `</${name}>`}`;
    }
    return text;
  };
  const piece = (): string => {
    const kind = below(10);
    return kind < 5
      ? tag()
      : kind < 7
        ? pick(below(30) === 0 ? RARE : ODDITIES)
        : kind < 9
          ? nested(3)
          : cut(pick(pages), below);
  };
  let page = '';
  switch (below(10)) {
    case 9:
      page = drawingPage(below);
      if (below(2) === 0) return page;
      break;
    case 8:
      page = tablePage(below);
      if (below(2) === 0) return page;
      break;
    case 0:
    case 1:
    case 2:
    case 3:
      page = neatPage(below);
      if (below(2) === 0) return page;
      break;
    case 4:
      for (let i = below(30); i > 0; i--) page += piece();
      return page;
    case 5:
      page = `<!doctype html><html><head><title>x</title></head><body>${nested(4)}</body></html>`;
      break;
    default:
      page = pick(pages);
  }
  for (let i = below(4); i > 0; i--) page = mutated(page, piece, below, pages);
  return page;
}

function mutated(page: string, piece: () => string, below: Below, pages: readonly string[]): string {
  const at = placeIn(page, below);
  switch (below(6)) {
    case 0:
      return page.slice(0, at) + page.slice(at + below(below(3) === 0 ? 400 : 12));
    case 1:
      return page.slice(0, at);
    case 2:
      return page.slice(0, at) + cut(page, below) + page.slice(at);
    case 3:
      return page.slice(0, at) + cut(pages[below(pages.length)] as string, below) + page.slice(at);
    default:
      return page.slice(0, at) + piece() + page.slice(at);
  }
}

/** Mostly at the edge of a tag, where it does most. */
function placeIn(page: string, below: Below): number {
  const at = below(page.length + 1);
  if (below(4) === 0) return at;
  const edge = page.indexOf(below(2) === 0 ? '<' : '>', at);
  return edge === -1 ? at : edge + (page[edge] === '>' ? 1 : 0);
}

function cut(page: string, below: Below): string {
  const from = placeIn(page, below);
  return page.slice(from, from + below(300));
}
