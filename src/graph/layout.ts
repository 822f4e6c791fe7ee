/** Where the pages and links of chains stand in a picture: the one place that knows the library for it. */
import dagre from '@dagrejs/dagre';
import type { PathAnswer, Step } from './shortest-paths.js';

/** Of a box, in user units, which are pixels. */
export const BOX = { width: 190, height: 46 };

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A page; the point is its middle. */
export interface Box extends Point {
  readonly step: Step;
  readonly isEnd: boolean;
  /** Where it leads on by itself. */
  readonly isRedirect: boolean;
}

export interface Arrow {
  readonly points: readonly Point[];
  readonly look: 'link' | 'nofollow' | 'redirect';
}

/** Where everything stands; columns and the order within them so that few arrows cross. */
export function layOut({ from, to, chains }: PathAnswer): {
  boxes: readonly Box[];
  arrows: readonly Arrow[];
  width: number;
  height: number;
} {
  const graph = new dagre.graphlib.Graph<
    object,
    { width: number; height: number } & Partial<Point>,
    object
  >();
  graph.setGraph({ rankdir: 'LR', nodesep: 14, ranksep: 44, edgesep: 8 });
  const steps = new Map<string, Step>();
  const redirects = new Set<number>();
  const looks = new Map<string, Arrow['look']>();
  const add = (step: Step): string => {
    const name = String(step.id);
    if (!steps.has(name)) graph.setNode(name, { ...BOX });
    steps.set(name, step);
    return name;
  };
  const alone = [from, to].map((place): Step => ({ ...place, by: 'start', isNofollow: false }));
  for (const chain of chains.length > 0 ? chains : alone.map((step) => [step])) {
    for (const [at, step] of chain.entries()) {
      const name = add(step);
      const before = chain[at - 1];
      if (before === undefined) continue;
      const look = step.by === 'redirect' ? 'redirect' : step.isNofollow ? 'nofollow' : 'link';
      graph.setEdge(String(before.id), name, {});
      looks.set(`${before.id} ${name}`, look);
      if (look === 'redirect') redirects.add(before.id);
    }
  }
  dagre.layout(graph);
  const boxes = graph.nodes().map((name: string): Box => {
    const { x = 0, y = 0 } = graph.node(name);
    const step = steps.get(name)!;
    const isEnd = step.id === from.id || step.id === to.id;
    return { x, y, step, isEnd, isRedirect: redirects.has(step.id) };
  });
  const arrows = graph.edges().map(({ v, w }: { v: string; w: string }): Arrow => {
    const { points = [] } = graph.edge(v, w) as { points?: readonly Point[] };
    return { points: between(graph.node(v), graph.node(w), points), look: looks.get(`${v} ${w}`) ?? 'link' };
  });
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return { boxes, arrows, width, height };
}

/** From the right side of one box to the left side of the other; past those in between where there are some. */
function between(from: Partial<Point>, to: Partial<Point>, points: readonly Point[]): readonly Point[] {
  const start = { x: (from.x ?? 0) + BOX.width / 2, y: from.y ?? 0 };
  const end = { x: (to.x ?? 0) - BOX.width / 2, y: to.y ?? 0 };
  // Neighbours have one point between them, which says nothing.
  return [start, ...(points.length > 3 ? points.slice(1, -1) : []), end];
}
