/** What a piece of work costs by stage: a CPU profile whose samples are counted by where they stand in the code. */
import { Session } from 'node:inspector/promises';

/**
 * A stage, and the functions that are its work: `file.js name`, with `#` as written; without a file, a function of
 * Node.js or of a package. A sample belongs to the innermost function that is on the list.
 */
export type Stages = Readonly<Record<string, readonly string[]>>;

/** What is on no list. */
export const REST = 'rest';

/** How often the profiler looks, µs. */
const INTERVAL_US = 200;

/** Runs something, and answers the share of its CPU time that each stage took, from 0 to 1. */
export async function profiled(stages: Stages, work: () => Promise<void>): Promise<Record<string, number>> {
  const stageOf = new Map(
    Object.entries(stages).flatMap(([stage, functions]) => functions.map((name) => [name, stage] as const)),
  );
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: INTERVAL_US });
  await session.post('Profiler.start');
  await work();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();

  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const counts: Record<string, number> = Object.fromEntries(
    [...Object.keys(stages), REST].map((s) => [s, 0]),
  );
  let total = 0;
  const visit = (id: number, above: string): void => {
    const node = nodes.get(id);
    if (node === undefined) return;
    const { functionName, url } = node.callFrame;
    if (functionName === '(idle)') return;
    const file = url.slice(url.lastIndexOf('/') + 1);
    const stage = stageOf.get(`${file} ${functionName}`) ?? stageOf.get(functionName) ?? above;
    counts[stage] = (counts[stage] ?? 0) + (node.hitCount ?? 0);
    total += node.hitCount ?? 0;
    for (const child of node.children ?? []) visit(child, stage);
  };
  const root = profile.nodes[0];
  if (root !== undefined) visit(root.id, REST);
  return Object.fromEntries(Object.entries(counts).map(([stage, count]) => [stage, count / total]));
}
