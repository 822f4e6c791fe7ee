/** `path`: the shortest chains of links between two pages. */
import { EXIT } from '../cli/exit-status.js';
import type { PathCommand } from '../cli/path-command.js';
import { realPath } from '../database/file.js';
import { writeWhole } from '../export/write.js';
import type { PathAnswer, Step } from '../graph/shortest-paths.js';
import { printableJson } from '../observe/printable.js';
import { shortestPaths } from './find-path.js';
import type { Invocation } from './invocation.js';
import { placeOf, writing } from './output-file.js';
import { pathText } from './path-text.js';

/** Answers 0 when there is a chain, else 1; the status of a signal that stopped it. */
export async function pathCommand(command: PathCommand, invocation: Invocation): Promise<number> {
  const { stdout, stop } = invocation;
  const { file, from, to, limit, followed, isAll, json, svg } = command;
  const place = svg === null ? null : placeOf('--svg', svg, realPath(file), {});
  const answer = shortestPaths(file, from, to, { limit, followed });
  if (place !== null && svg !== null) {
    const { drawChains } = await import('../graph/picture.js');
    try {
      await writing(svg, writeWhole(place, drawChains(answer), stop));
    } catch (error) {
      if (stop.aborted) return invocation.stopStatus();
      throw error;
    }
  }
  stdout.write(
    json ? `${printableJson(JSON.stringify({ file, ...jsonOf(answer) }))}\n` : pathText(answer, isAll),
  );
  return answer.steps === null ? EXIT.incomplete : EXIT.finished;
}

function jsonOf({ from, to, steps, count, chains, isTwoSided, open, leftOut }: PathAnswer): object {
  return {
    from: pageOf(from),
    to: pageOf(to),
    steps,
    // JSON readers round larger numbers.
    count: count <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(count) : String(count),
    chains: chains.map((chain) => chain.map(stepOf)),
    isTwoSided,
    open,
    leftOut,
  };
}

function pageOf({ url, title, state, httpStatus, error }: PathAnswer['from']): object {
  return { url, title, state, httpStatus, error };
}

function stepOf({ by, isNofollow, ...place }: Step): object {
  return { by, isNofollow, ...pageOf(place) };
}
