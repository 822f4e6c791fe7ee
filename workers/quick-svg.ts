/**
 * Drawings in a page: an `<svg>` of shapes alone, which means nothing to a crawl. Shapes are told by name, since what is
 * not one may hold HTML, link, or end the drawing; and they have to nest, as only then an end ends nothing else.
 */
import { MARKUP, type QuickTags } from './quick-tags.js';

/** Elements of SVG without a meaning in HTML, in lower case. */
const SHAPES = new Set(
  'animate animatemotion animatetransform circle clippath defs ellipse feblend fecolormatrix fecomposite feflood fegaussianblur femerge femergenode feoffset filter g image line lineargradient marker mask metadata path pattern polygon polyline radialgradient rect stop svg symbol text textpath tspan use'.split(
    ' ',
  ),
);
/** What is in these is HTML again; text alone is the same in both. */
const TEXTS = new Set(['title', 'desc']);

/**
 * Over a drawing.
 *
 * @param after the place behind the name of its `<svg>`
 * @returns the place behind its end; -1 for one that is better left to parse5
 */
export function skipDrawing(tags: QuickTags, after: number): number {
  let at = tags.skipAttributes(after);
  if (tags.isSelfClosing(at)) return at;
  for (const open = ['svg']; at !== -1 && open.length > 0;) {
    const tag = tags.next(at);
    const { markup, name } = tags;
    if (tags.isComment(tag)) {
      at = tags.skipDeclaration(tag);
      continue;
    }
    // Also at the end of the page.
    if (markup === MARKUP.other || tags.after === -1) return -1;
    at = tags.skipAttributes(tags.after);
    if (markup === MARKUP.end) {
      if (open.pop() !== name) return -1;
    } else {
      if (TEXTS.has(open.at(-1) as string) || !(SHAPES.has(name) || TEXTS.has(name))) return -1;
      if (!tags.isSelfClosing(at)) open.push(name);
    }
  }
  return at;
}
