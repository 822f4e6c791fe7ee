/**
 * Shortest chains as an SVG picture: from left to right, pages of the same distance in one column, each page once.
 * Texts come from the web: they are made printable and escaped, and what is too long for its box is cut.
 */
import { printable } from '../observe/printable.js';
import { formatNumber, plural } from '../observe/quantity.js';
import { type Arrow, BOX, type Box, layOut } from './layout.js';
import { decoded, nameOf } from './places.js';
import type { PathAnswer } from './shortest-paths.js';

const MARGIN = 24;
const HEAD = 58;
/** More pages than that are no picture any more; chains that would bring them are left out, and the headline says so. */
const MAX_BOXES = 200;
/** What fits into a box, in characters of normal width. */
const TITLE_LENGTH = 24;
const ADDRESS_LENGTH = 30;

/** A whole SVG document. Without a chain it shows both pages, and that nothing leads from one to the other. */
export function drawChains(whole: PathAnswer): string {
  const answer = { ...whole, chains: fitting(whole.chains) };
  const { boxes, arrows, width, height } = layOut(answer);
  const total = {
    width: Math.ceil(Math.max(width, 420) + 2 * MARGIN),
    height: Math.ceil(height + HEAD + MARGIN),
  };
  const title = xml(headline(answer));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${total.width} ${total.height}" width="${total.width}" height="${total.height}" role="img" aria-labelledby="title">
<title id="title">${title}</title>
<style>
text { font: 14px system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif; fill: #1f2733 }
.head { font-size: 16px; font-weight: 600 } .small { font-size: 11px; fill: #5b6676 }
.page { fill: #f4f7fb; stroke: #8fa3bf }
.redirect { fill: #fff; stroke: #a58a4a; stroke-dasharray: 5 3 } .broken { fill: #fdecea; stroke: #c0483d }
.end { stroke: #2f6fbd; stroke-width: 2 } .page.end { fill: #dcebff }
path { fill: none; stroke: #6d7d93; stroke-width: 1.4; marker-end: url(#tip) }
.hop { stroke: #a58a4a; stroke-dasharray: 5 3 } .nofollow { stroke-dasharray: 2 3 }
</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><polygon points="0,0.5 8,4 0,7.5" fill="#6d7d93"/></marker></defs>
<rect width="${total.width}" height="${total.height}" fill="#fff"/>
<text class="head" x="${MARGIN}" y="32">${title}</text>
<g transform="translate(${MARGIN} ${HEAD})">
${[...arrows.map(drawArrow), ...boxes.map(drawBox)].join('\n')}
</g>
</svg>
`;
}

/** The first chains, as many as a picture can hold. */
function fitting(chains: PathAnswer['chains']): PathAnswer['chains'] {
  const pages = new Set<number>();
  const tooMany = chains.findIndex((chain, at) => {
    for (const { id } of chain) pages.add(id);
    return at > 0 && pages.size > MAX_BOXES;
  });
  return tooMany < 0 ? chains : chains.slice(0, tooMany);
}

function headline({ from, to, steps, count, chains }: PathAnswer): string {
  const ends = `${cut(printable(nameOf(from)), 40)} → ${cut(printable(nameOf(to)), 40)}`;
  if (steps === null) return `${ends}: no chain of links`;
  const shown = BigInt(chains.length) === count ? '' : `${formatNumber(chains.length)} of `;
  const all = count === 1n ? 'one shortest chain' : `${formatNumber(count)} shortest chains`;
  return `${ends}: ${plural(steps, 'click')}, ${shown}${all}`;
}

/** A box with title and address, both in full where one points at it; it is a link where the address is one. */
function drawBox({ x, y, step, isEnd, isRedirect }: Box): string {
  const { title, url, state } = step;
  const [left, top] = [x - BOX.width / 2, y - BOX.height / 2];
  const kind = state === 'failed' ? 'broken' : isRedirect ? 'redirect' : 'page';
  const look = isEnd ? `${kind} end` : kind;
  const head = isRedirect ? 'redirect' : state === 'done' ? nameOf(step) : stateOf(step);
  const body = `<title>${xml(`${title === null ? '' : `${printable(title)} – `}${printable(url)}`)}</title>
<rect class="${look}" x="${num(left)}" y="${num(top)}" width="${BOX.width}" height="${BOX.height}" rx="7"/>
<text x="${num(left + 11)}" y="${num(top + 20)}">${xml(cut(printable(head), TITLE_LENGTH))}</text>
<text class="small" x="${num(left + 11)}" y="${num(top + 36)}">${xml(cut(addressOf(url), ADDRESS_LENGTH))}</text>`;
  return /^https?:\/\//.test(url) ? `<a href="${xml(url)}">${body}</a>` : `<g>${body}</g>`;
}

/** A smooth curve through the points. */
function drawArrow({ points, look }: Arrow): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  let before = first;
  const curves = rest.map((point) => {
    const middle = num((before.x + point.x) / 2);
    const curve = `C${middle},${num(before.y)} ${middle},${num(point.y)} ${num(point.x)},${num(point.y)}`;
    before = point;
    return curve;
  });
  const names = { link: '', nofollow: ' class="nofollow"', redirect: ' class="hop"' } as const;
  return `<path${names[look]} d="M${num(first.x)},${num(first.y)} ${curves.join(' ')}"/>`;
}

/** `failed: status`, `queued`. */
function stateOf({ state, error }: Box['step']): string {
  return error === null ? state : `${state}: ${error}`;
}

/** Path and query, readable where they can be decoded. */
function addressOf(url: string): string {
  return printable(decoded(url.replace(/^https?:\/\/[^/]+/, '')));
}

/** Cuts to a width; characters of East Asian scripts and pictures are as wide as two. */
function cut(text: string, length: number): string {
  let width = 0;
  let kept = '';
  for (const character of text) {
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|[^\u0000-\uffff]/u.test(
        character,
      )
        ? 2
        : 1;
    if (width > length) return `${kept.slice(0, -1).trimEnd()}…`;
    kept += character;
  }
  return kept;
}

function xml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function num(value: number): string {
  return String(Number(value.toFixed(1)));
}
