/** What a piece of work costs by stage: a CPU profile whose samples are counted by where they stand in the code. */
import { type Profiler, Session } from 'node:inspector/promises';

/**
 * A stage, and what is its work: `file.js name`, with `#` as written, is a function; `file.js` all functions of a file;
 * `folder/` all below a folder, `node:x` a module of Node.js; a mere name is a function of Node.js or of a package. A
 * sample belongs to the innermost function that is on the list.
 */
export type Stages = Readonly<Record<string, readonly string[]>>;

/** What is on no list. */
export const REST = 'rest';

/** How often the profiler looks, µs. */
export const INTERVAL_US = 200;

/** Runs something, and answers the share of its CPU time that each stage took, from 0 to 1. */
export async function profiled(stages: Stages, work: () => Promise<void>): Promise<Record<string, number>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: INTERVAL_US });
  await session.post('Profiler.start');
  await work();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  const counts = samplesBy(stages, profile);
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return Object.fromEntries(Object.entries(counts).map(([stage, count]) => [stage, count / total]));
}

/** The samples of a profile by stage, without those of an idle thread. */
export function samplesBy(stages: Stages, profile: Profiler.Profile): Record<string, number> {
  const stageOf = stageFinder(stages);
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const counts: Record<string, number> = Object.fromEntries(
    [...Object.keys(stages), REST].map((stage) => [stage, 0]),
  );
  const visit = (id: number, above: string): void => {
    const node = nodes.get(id);
    if (node === undefined) return;
    const { functionName, url } = node.callFrame;
    if (functionName === '(idle)') return;
    const stage = stageOf(functionName, url) ?? above;
    counts[stage] = (counts[stage] ?? 0) + (node.hitCount ?? 0);
    for (const child of node.children ?? []) visit(child, stage);
  };
  const root = profile.nodes[0];
  if (root !== undefined) visit(root.id, REST);
  return counts;
}

function stageFinder(stages: Stages): (functionName: string, url: string) => string | undefined {
  const entries = Object.entries(stages).flatMap(([stage, places]) =>
    places.map((place) => [place, stage] as const),
  );
  const byName = new Map(entries);
  const within = entries.filter(([place]) => place.endsWith('/') || place.startsWith('node:'));
  return (functionName, url) => {
    const file = url.slice(url.lastIndexOf('/') + 1);
    return (
      byName.get(`${file} ${functionName}`) ??
      byName.get(file) ??
      byName.get(functionName) ??
      within.find(([place]) => url.startsWith(place) || url.includes(`/${place}`))?.[1]
    );
  };
}
