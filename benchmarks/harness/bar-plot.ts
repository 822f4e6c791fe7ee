/** Draws bars made of parts, as an SVG file that stands alone. */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { COLOURS, standAlone, STYLE, type SvgElement } from './plot.js';
import type { Spread } from './statistics.js';
import { figure } from './table.js';

export interface Bar {
  readonly name: string;
  /** From left to right; every bar has the same. */
  readonly parts: readonly { readonly label: string; readonly value: number }[];
  /** Of the whole: a whisker from p10 to p90, the median in figures. */
  readonly total: Spread;
}

export interface BarPlot {
  /** Of the axis, with its unit. */
  readonly label: string;
  readonly bars: readonly Bar[];
  /** Of the figures beside the bars. @default 2 */
  readonly decimals?: number;
  /** Where more is better, the longest comes first. @default false */
  readonly isLongestFirst?: boolean;
  /** For those who cannot see it. */
  readonly description: string;
}

const WIDTH = 760;
const BAR_HEIGHT = 52;
const HEADROOM = 1.12;
/** Of the font, on average, in pixels. */
const CHARACTER_WIDTH = 9;

/** The best on top. @returns the SVG as text, ending with a newline */
export function barPlot({ label, bars, decimals = 2, isLongestFirst = false, description }: BarPlot): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const rising = bars.toSorted((a, b) => a.total.median - b.total.median);
  const sorted = isLongestFirst ? rising.toReversed() : rising;
  const names = sorted.map(({ name }) => name);
  const pieces = sorted.flatMap(({ name, parts }) => {
    let from = 0;
    return parts.map((part, index) => ({
      name,
      ...part,
      from,
      to: (from += part.value),
      colour: COLOURS[index],
    }));
  });
  const totals = sorted.map(({ name, total }) => ({ name, ...total }));
  const top = HEADROOM * Math.max(1e-9, ...totals.map(({ p90 }) => p90), ...pieces.map(({ to }) => to));
  const legend = legendOf(
    pieces.filter(({ name }) => name === names[0]),
    top,
  );
  const svg: unknown = Plot.plot({
    document,
    width: WIDTH,
    height: 110 + BAR_HEIGHT * sorted.length,
    marginLeft: Math.max(175, CHARACTER_WIDTH * Math.max(...names.map(({ length }) => length))),
    marginRight: 30,
    marginTop: 40,
    marginBottom: 50,
    style: STYLE,
    x: { label, labelAnchor: 'center', labelArrow: 'none', domain: [0, top], grid: true, ticks: 6 },
    y: { label: null, domain: names, padding: 0.35, tickSize: 0 },
    marks: [
      Plot.barX(pieces, { x1: 'from', x2: 'to', y: 'name', fill: 'colour' }),
      Plot.ruleY(totals, { x1: 'p10', x2: 'p90', y: 'name', stroke: '#222222', strokeWidth: 2 }),
      Plot.tickX(totals, { x: 'p10', y: 'name', stroke: '#222222', insetTop: 9, insetBottom: 9 }),
      Plot.tickX(totals, { x: 'p90', y: 'name', stroke: '#222222', insetTop: 9, insetBottom: 9 }),
      Plot.text(totals, {
        x: ({ name, p90 }: { name: string; p90: number }) =>
          Math.max(p90, ...pieces.filter((piece) => piece.name === name).map(({ to }) => to)),
        y: 'name',
        text: ({ median }: Spread) => figure(median, decimals),
        textAnchor: 'start',
        dx: 8,
        fontWeight: 'bold',
      }),
      Plot.text(legend, {
        x: 'at',
        y: 'name',
        text: 'label',
        fill: 'colour',
        textAnchor: 'start',
        dy: -27,
        fontWeight: 'bold',
      }),
      Plot.ruleX([0]),
    ],
  });
  return standAlone(svg as SvgElement, description); // Without a legend or a caption Plot answers the SVG itself.
}

/** The names of the parts stand over the first bar, each where its colour begins and not on another. */
function legendOf<Piece extends { readonly label: string; readonly from: number }>(
  pieces: readonly Piece[],
  top: number,
): (Piece & { readonly at: number })[] {
  let free = 0;
  return pieces.map((piece) => {
    const at = Math.max(piece.from, free);
    free = at + top * (LEGEND_GAP + CHARACTER_SHARE * piece.label.length);
    return { ...piece, at };
  });
}

/** Room of a name in the legend, as shares of the axis: after it, and for each of its characters. */
const LEGEND_GAP = 0.03;
const CHARACTER_SHARE = 0.0155;
