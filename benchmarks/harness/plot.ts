/** Draws lines with their spread, as an SVG file that stands alone. */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Spread } from './statistics.js';

export interface Point extends Spread {
  readonly x: number;
}

export interface Line {
  /** Written beside its last point. */
  readonly label: string;
  readonly points: readonly Point[];
  /** The y at an x that nothing of ours can exceed, drawn dashed where it fits into the picture. */
  readonly ceiling?: { readonly label: string; readonly at: (x: number) => number };
  /** One of its points that is pointed out: ringed, with a few words below it. */
  readonly mark?: { readonly x: number; readonly label: string };
}

export interface Axis {
  /** With its unit. */
  readonly label: string;
  /** By powers, for what spans several of them; such an axis has no zero. */
  readonly isLogarithmic?: boolean;
  /** Of the y axis: it reaches so far at least. */
  readonly upTo?: number;
}

export interface LinePlot {
  readonly x: Axis & { readonly ticks: readonly number[] };
  readonly y: Axis;
  readonly lines: readonly Line[];
  /** An upright line with a few words, as for the number of cores. */
  readonly marker?: { readonly x: number; readonly label: string };
  /** For those who cannot see it. */
  readonly description: string;
}

const WIDTH = 760;
const HEIGHT = 440;
/** Told apart by people with any colour vision (Okabe and Ito), and by their lightness in print. */
export const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00'];
/** Of every picture: dark on white, whatever page it is shown on. */
export const STYLE = {
  background: 'white',
  color: '#222222',
  fontSize: '15px',
  fontFamily: 'Helvetica, Arial, sans-serif',
};
const GREY = '#666666';
const HEADROOM = 1.08;
/** Room for the names of the lines: at least so much, and for every character of the longest so much. */
const NAMES_WIDTH = 145;
const NAME_MARGIN = 24;
const CHARACTER_WIDTH = 8;
/** The least distance between the names of two lines, as a share of the y axis: a line of text. */
const LABEL_GAP = 0.06;
/** Steps in which a ceiling is followed to where it leaves the picture. */
const STEPS = 100;

/** @returns the SVG as text, with its namespace and a white ground, ending with a newline */
export function linePlot(plot: LinePlot): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const span = spanOf(plot);
  const isByPowers = plot.y.isLogarithmic === true;
  const longest = Math.max(...plot.lines.map(({ label }) => label.length));
  const svg: unknown = Plot.plot({
    document,
    width: WIDTH,
    height: HEIGHT,
    marginLeft: 70,
    marginRight: Math.max(NAMES_WIDTH, NAME_MARGIN + CHARACTER_WIDTH * longest),
    marginTop: 40,
    marginBottom: 55,
    style: STYLE,
    x: xScale(plot.x),
    y: {
      label: plot.y.label,
      labelArrow: 'none',
      type: isByPowers ? 'log' : 'linear',
      domain: [span.bottom, span.top],
      grid: true,
      nice: !isByPowers,
      ticks: 6,
      ...(isByPowers && { tickFormat: '~r' }),
    },
    marks: [
      Plot.ruleY(isByPowers ? [] : [0]),
      ...markerMarks(plot),
      // Bands first: none may cover a line.
      ...plot.lines.map(({ points }, index) =>
        Plot.areaY(points, { x: 'x', y1: 'p10', y2: 'p90', fill: colourOf(index), fillOpacity: 0.2 }),
      ),
      ...plot.lines.flatMap((line, index) => lineMarks(line, colourOf(index), span)),
      ...labelMarks(plot.lines, span),
    ],
  });
  return standAlone(svg as SvgElement, plot.description); // Without a legend or a caption Plot answers the SVG itself.
}

/** What the y axis reaches over; from 0 unless it is by powers. */
interface Span {
  readonly bottom: number;
  readonly top: number;
}

function spanOf({ lines, y }: LinePlot): Span {
  const points = lines.flatMap((line) => line.points);
  if (y.isLogarithmic !== true)
    return { bottom: 0, top: HEADROOM * Math.max(y.upTo ?? 1, ...points.map(({ p90 }) => p90)) };
  return {
    bottom: Math.min(...points.map(({ p10 }) => p10)) / HEADROOM,
    top: HEADROOM * Math.max(...points.map(({ p90 }) => p90)),
  };
}

function xScale({ label, ticks, isLogarithmic = false }: LinePlot['x']): Plot.ScaleOptions {
  const last = Math.max(...ticks);
  return {
    label,
    labelAnchor: 'center',
    labelArrow: 'none',
    ticks: [...ticks],
    tickFormat: shortly,
    type: isLogarithmic ? 'log' : 'linear',
    // Figures stand at powers of the base only.
    ...(isLogarithmic && { base: last < 10_000 ? 2 : 10 }),
    domain: [isLogarithmic ? Math.min(...ticks) : 0, last],
  };
}

/** 10k, 1M: in full they would stand on each other. */
function shortly(x: number): string {
  if (x < 10_000) return `${x}`;
  return x < 1e6 ? `${x / 1e3}k` : `${x / 1e6}M`;
}

/** What is used of it; this project has no types of a browser. */
export interface SvgElement {
  readonly outerHTML: string;
  setAttribute(name: string, value: string): void;
}

/** What an SVG in a page can do without and one in a file cannot. */
export function standAlone(svg: SvgElement, description: string): string {
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', description);
  return `${svg.outerHTML}\n`;
}

function markerMarks({ marker }: LinePlot): Plot.Markish[] {
  if (marker === undefined) return [];
  const at = [marker];
  return [
    Plot.ruleX(at, { x: 'x', stroke: GREY, strokeDasharray: '2,4' }),
    Plot.text(at, { x: 'x', text: 'label', fill: GREY, frameAnchor: 'top', lineAnchor: 'bottom', dy: -6 }),
  ];
}

function lineMarks({ points, ceiling, mark }: Line, colour: string, { top }: Span): Plot.Markish[] {
  const marked = points.filter(({ x }) => x === mark?.x);
  return [
    ...(ceiling === undefined ? [] : ceilingMarks(ceiling, points, colour, top)),
    Plot.lineY(points, { x: 'x', y: 'median', stroke: colour, strokeWidth: 2.5 }),
    Plot.dot(points, { x: 'x', y: 'median', fill: colour, r: 4.5 }),
    Plot.dot(marked, { x: 'x', y: 'median', stroke: colour, strokeWidth: 2, r: 10 }),
    Plot.text(marked, { x: 'x', y: 'median', text: () => mark?.label ?? '', fill: colour, dy: 22 }),
  ];
}

/** The names beside the ends of the lines, pushed up where two would stand on each other. */
function labelMarks(lines: readonly Line[], span: Span): Plot.Markish[] {
  const ends = lines.flatMap(({ label, points }, index) => {
    const end = points.at(-1);
    return end === undefined ? [] : [{ label, x: end.x, y: end.median, colour: colourOf(index) }];
  });
  let free = Number.NEGATIVE_INFINITY;
  const placed = ends
    .toSorted((a, b) => a.y - b.y)
    .map((end) => {
      const y = Math.max(end.y, free);
      free = lineAbove(y, span);
      return { ...end, y };
    });
  const channels = { x: 'x', y: 'y', text: 'label', fill: 'colour' };
  return [Plot.text(placed, { ...channels, fontWeight: 'bold', dx: 12, textAnchor: 'start' })];
}

/** A line of text further up. */
function lineAbove(y: number, { bottom, top }: Span): number {
  return bottom === 0 ? y + LABEL_GAP * top : y * (top / bottom) ** LABEL_GAP;
}

function colourOf(index: number): string {
  return COLOURS[index % COLOURS.length]!;
}

function ceilingMarks(
  { label, at }: NonNullable<Line['ceiling']>,
  points: readonly Point[],
  colour: string,
  top: number,
): Plot.Markish[] {
  const from = points[0]?.x ?? 0;
  const to = points.at(-1)?.x ?? 0;
  const steps = Array.from({ length: STEPS + 1 }, (_, step) => from + ((to - from) * step) / STEPS);
  const inside = steps.map((x) => ({ x, y: at(x) })).filter(({ y }) => y <= top);
  const end = inside.slice(-1);
  const isRight = end.some(({ x }) => x > to / 2);
  return [
    Plot.lineY(inside, { x: 'x', y: 'y', stroke: colour, strokeWidth: 1.5, strokeDasharray: '6,5' }),
    // The words stand where there is room.
    Plot.text(end, {
      x: 'x',
      y: 'y',
      text: () => label,
      fill: colour,
      dx: isRight ? -8 : 8,
      dy: -10,
      textAnchor: isRight ? 'end' : 'start',
    }),
  ];
}
