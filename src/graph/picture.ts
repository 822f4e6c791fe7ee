/**
 * Shortest chains as an SVG picture: from left to right, pages of the same distance in one column, each page once.
 * Texts come from the web: they are made printable and escaped, and what is too long for its box is cut.
 */
import { printable } from '../observe/printable.js';
import { formatNumber, plural } from '../observe/quantity.js';
import { type Arrow, BOX, type Box, layOut } from './layout.js';
import { decoded, nameOf } from './places.js';
import type { PathAnswer } from './shortest-paths.js';
import { fitText, textWidth } from './text-width.js';

const MARGIN = 24;
const HEAD = 76;
/** From the side of a box to its text. */
const PADDING = 11;
/** The least width of the whole, so that there is room for the names of two pages side by side. */
const MIN_WIDTH = 480;
/** More pages than that are no picture any more; chains that would bring them are left out, and the headline says so. */
const MAX_BOXES = 200;
const SIZES = { head: 16, text: 14, small: 11 };
/** Letters of the headline are semi-bold, which makes them wider. */
const BOLDER = 1.125;

/** A whole SVG document. Without a chain it shows both pages, and that nothing leads from one to the other. */
export function drawChains(whole: PathAnswer): string {
  const answer = { ...whole, chains: fitting(whole.chains) };
  const { boxes, arrows, width, height } = layOut(answer);
  const total = {
    width: Math.ceil(Math.max(width, MIN_WIDTH) + 2 * MARGIN),
    height: Math.ceil(height + HEAD + MARGIN),
  };
  const names = [printable(nameOf(answer.from)), printable(nameOf(answer.to))] as const;
  const count = countOf(answer);
  const ends = namesIn(names, total.width - 2 * MARGIN);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${total.width} ${total.height}" width="${total.width}" height="${total.height}" role="img" aria-labelledby="title">
<title id="title">${xml(`${names.join(' → ')}: ${count}`)}</title>
<style>
text { font: ${SIZES.text}px system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif; fill: #1f2733 }
.head { font-size: ${SIZES.head}px; font-weight: 600 } .small { font-size: ${SIZES.small}px; fill: #5b6676 }
.page { fill: #f4f7fb; stroke: #8fa3bf }
.redirect { fill: #fff; stroke: #a58a4a; stroke-dasharray: 5 3 } .broken { fill: #fdecea; stroke: #c0483d }
.end { stroke: #2f6fbd; stroke-width: 2 } .page.end { fill: #dcebff }
path { fill: none; stroke: #6d7d93; stroke-width: 1.4; marker-end: url(#tip) }
.hop { stroke: #a58a4a; stroke-dasharray: 5 3 } .nofollow { stroke-dasharray: 2 3 }
</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><polygon points="0,0.5 8,4 0,7.5" fill="#6d7d93"/></marker></defs>
<rect width="${total.width}" height="${total.height}" fill="#fff"/>
<text class="head" x="${MARGIN}" y="32">${xml(ends)}</text>
<text x="${MARGIN}" y="54">${xml(count)}</text>
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

/** Both names; where they are too long together, a short one leaves its room to the other. */
function namesIn([from, to]: readonly [string, string], width: number): string {
  const size = SIZES.head * BOLDER;
  const room = width - textWidth(' → ', size);
  const first = fitText(from, Math.max(room / 2, room - textWidth(to, size)), size);
  return `${first} → ${fitText(to, room - textWidth(first, size), size)}`;
}

function countOf({ steps, count, chains }: PathAnswer): string {
  if (steps === null) return 'no chain of links';
  const shown = BigInt(chains.length) === count ? '' : `${formatNumber(chains.length)} of `;
  const all = count === 1n ? 'one shortest chain' : `${formatNumber(count)} shortest chains`;
  return `${plural(steps, 'click')}, ${shown}${all}`;
}

/** A box with title and address, both in full where one points at it; it is a link where the address is one. */
function drawBox({ x, y, step, isEnd, isRedirect }: Box): string {
  const { title, url, state } = step;
  const [left, top] = [x - BOX.width / 2, y - BOX.height / 2];
  const fit = (text: string, size: number): string => xml(fitText(text, BOX.width - 2 * PADDING, size));
  const kind = state === 'failed' ? 'broken' : isRedirect ? 'redirect' : 'page';
  const look = isEnd ? `${kind} end` : kind;
  const head = isRedirect ? 'redirect' : state === 'done' ? nameOf(step) : stateOf(step);
  const body = `<title>${xml(`${title === null ? '' : `${printable(title)} – `}${printable(url)}`)}</title>
<rect class="${look}" x="${num(left)}" y="${num(top)}" width="${BOX.width}" height="${BOX.height}" rx="7"/>
<text x="${num(left + PADDING)}" y="${num(top + 20)}">${fit(printable(head), SIZES.text)}</text>
<text class="small" x="${num(left + PADDING)}" y="${num(top + 36)}">${fit(addressOf(url), SIZES.small)}</text>`;
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
