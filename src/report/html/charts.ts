/**
 * Charts as SVG, drawn here and not in the reader's browser: so the page needs no script at all, and reads the same in a
 * mail, on paper and where scripts are off. Scales and shapes are d3's. Values show on hovering, as titles.
 */
import { type ScaleLinear, scaleBand, scaleLinear } from 'd3-scale';
import { area, curveStepAfter } from 'd3-shape';
import { formatDuration, formatNumber, formatRate } from '../../observe/quantity.js';
import type { Pace } from '../pace.js';
import { html, Markup } from './markup.js';

/** In units of the drawing; it is as wide as its place. */
const [WIDTH, HEIGHT] = [400, 230];
const [LEFT, RIGHT, TOP, BOTTOM] = [48, 392, 20, 190];
/** Labels of bars that have room beside each other: below the axis, and values above the bars. */
const [MAX_LABELS, MAX_VALUES] = [12, 8];

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** It stands for trouble. */
  readonly isBad?: boolean;
}

/** Upright bars, one for each label. */
export function barChart(bars: readonly Bar[], axis: string, alternative: string): Markup {
  const x = scaleBand(
    bars.map(({ label }) => label),
    [LEFT, RIGHT],
  ).padding(0.2);
  const y = rising(Math.max(1, ...bars.map(({ value }) => value)));
  const every = Math.ceil(bars.length / MAX_LABELS);
  const drawn = bars.map(({ label, value, isBad }, i) => {
    const left = x(label) ?? LEFT;
    // What is there can be seen, however little it is.
    const top = value === 0 ? BOTTOM : Math.min(y(value), BOTTOM - 1);
    const text = html`<text x="${round(left + x.bandwidth() / 2)}" y="${BOTTOM + 15}" text-anchor="middle"
      >${label}</text
    >`;
    const amount = html`<text
      x="${round(left + x.bandwidth() / 2)}"
      y="${round(top - 4)}"
      text-anchor="middle"
      >${formatNumber(value)}</text
    >`;
    return html`<rect
        class="${isBad === true ? 'fill bad' : 'fill'}"
        x="${round(left)}"
        y="${round(top)}"
        width="${round(x.bandwidth())}"
        height="${round(BOTTOM - top)}"
        ><title>${label}: ${formatNumber(value)}</title></rect
      >${i % every === 0 ? text : null}${bars.length <= MAX_VALUES ? amount : null}`;
  });
  return svg(alternative, [gridLines(y, countFormat(y)), drawn, axisName(axis)]);
}

/** Pages per second over the time spent crawling; a dashed line where another run began. */
export function paceChart({ buckets, bucketMs, activeMs, runs }: Pace): Markup {
  const { ms, name } = unitOf(activeMs);
  const x = scaleLinear([0, activeMs / ms], [LEFT, RIGHT]);
  const y = rising(Math.max(0.01, ...buckets.map(({ pagesPerSecond }) => pagesPerSecond)));
  const points = buckets.map(({ activeMs: at, pagesPerSecond }): [number, number] => [
    at / ms,
    pagesPerSecond,
  ]);
  const shape = area(
    ([at]) => x(at),
    BOTTOM,
    ([, rate]) => y(rate),
  ).curve(curveStepAfter);
  const path = shape([...points, [activeMs / ms, points.at(-1)?.[1] ?? 0]]) ?? '';
  const width = x(bucketMs / ms) - LEFT;
  const hovers = buckets.map(({ activeMs: at, pages, pagesPerSecond }, i) => {
    const left = x(at / ms);
    const right = i === buckets.length - 1 ? RIGHT : left + width;
    const says = `after ${formatDuration(at)}: ${formatRate(pagesPerSecond)} pages/s (${formatNumber(pages)} pages)`;
    return html`<rect
      class="hover"
      x="${round(left)}"
      y="${TOP}"
      width="${round(right - left)}"
      height="${BOTTOM - TOP}"
      ><title>${says}</title></rect
    >`;
  });
  const seams = runs
    .slice(1)
    .map(
      ({ activeMs: at }) =>
        html`<line
          class="seam"
          x1="${round(x(at / ms))}"
          x2="${round(x(at / ms))}"
          y1="${TOP}"
          y2="${BOTTOM}"
        />`,
    );
  const ticks = x
    .ticks(5)
    .map(
      (tick) =>
        html`<text x="${round(x(tick))}" y="${BOTTOM + 15}" text-anchor="middle"
          >${formatNumber(tick)}</text
        >`,
    );
  return svg(`Pages per second over ${formatDuration(activeMs)}`, [
    gridLines(y, formatRate),
    html`<path class="area" d="${new Markup(path)}" />`,
    ticks,
    seams,
    axisName(`${name} spent crawling`),
    hovers,
  ]);
}

/** A bar for the cell of a table, as long as its share of the largest. */
export function cellBar(share: number): Markup {
  return html`<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
    <rect class="fill" width="${round(Math.max(share * 100, 0.5))}" height="10" />
  </svg>`;
}

function svg(alternative: string, parts: readonly (Markup | readonly Markup[])[]): Markup {
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${alternative}">
    ${parts.flat()}
  </svg>`;
}

function rising(most: number): ScaleLinear<number, number> {
  return scaleLinear([0, most], [BOTTOM, TOP]).nice(4);
}

function gridLines(y: ScaleLinear<number, number>, format: (value: number) => string): Markup[] {
  return y
    .ticks(4)
    .map(
      (tick) =>
        html`<line
            class="grid"
            x1="${LEFT}"
            x2="${RIGHT}"
            y1="${round(y(tick))}"
            y2="${round(y(tick))}"
          /><text x="${LEFT - 6}" y="${round(y(tick) + 4)}" text-anchor="end">${format(tick)}</text>`,
    );
}

/** `20k`; nothing between whole numbers. */
function countFormat(y: ScaleLinear<number, number>): (count: number) => string {
  const format = y.tickFormat(4, '~s');
  return (count) => (count === 0 ? '0' : Number.isInteger(count) ? format(count) : '');
}

function axisName(text: string): Markup {
  return html`<text x="${RIGHT}" y="${BOTTOM + 34}" text-anchor="end">${text}</text>`;
}

/** The largest unit of which there are two. */
function unitOf(ms: number): { readonly ms: number; readonly name: string } {
  const units = [
    { ms: 86_400_000, name: 'days' },
    { ms: 3_600_000, name: 'hours' },
    { ms: 60_000, name: 'minutes' },
  ];
  return units.find((unit) => ms >= 2 * unit.ms) ?? { ms: 1000, name: 'seconds' };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
