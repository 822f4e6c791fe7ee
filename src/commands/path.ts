/** `path`: the shortest chains of links between two pages. */
import { EXIT } from '../cli/exit-status.js';
import type { PathCommand } from '../cli/path-command.js';
import { realPath } from '../database/file.js';
import { writeToStream, writeWhole } from '../export/write.js';
import type { PathAnswer, Step } from '../graph/shortest-paths.js';
import { printable, printableJson } from '../observe/printable.js';
import { formatBytes } from '../observe/quantity.js';
import { shortestPaths } from './find-path.js';
import type { Invocation } from './invocation.js';
import { placeOf, writing } from './output-file.js';
import { pathText } from './path-text.js';

const HINT = { hint: '--svg - writes it to standard output' };

/** Answers 0 when there is a chain, else 1; the status of a signal that stopped it. */
export async function pathCommand(command: PathCommand, invocation: Invocation): Promise<number> {
  const { stdout, stop } = invocation;
  const { file, from, to, limit, followed, isAll, json, svg } = command;
  const place = svg === null || svg === '-' ? null : placeOf('--svg', svg, realPath(file), HINT);
  const answer = shortestPaths(file, from, to, { limit, followed });
  try {
    if (svg === '-') await writeToStream(stdout, [await pictureOf(answer)], stop);
    else if (svg !== null && place !== null) await writePicture(svg, place, answer, invocation);
  } catch (error) {
    if (stop.aborted) return invocation.stopStatus();
    throw error;
  }
  if (json) stdout.write(`${printableJson(JSON.stringify({ file, ...jsonOf(answer) }))}\n`);
  else if (svg !== '-') stdout.write(pathText(answer, isAll));
  return answer.steps === null ? EXIT.incomplete : EXIT.finished;
}

async function pictureOf(answer: PathAnswer): Promise<string> {
  const { drawChains } = await import('../graph/picture.js');
  return drawChains(answer);
}

async function writePicture(
  svg: string,
  place: string,
  answer: PathAnswer,
  { stderr, stop }: Invocation,
): Promise<void> {
  const picture = await pictureOf(answer);
  await writing(svg, writeWhole(place, picture, stop));
  stderr.write(`${printable(svg)} is written: ${formatBytes(Buffer.byteLength(picture))}\n`);
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
