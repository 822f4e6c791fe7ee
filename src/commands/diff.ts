/** `diff`: what changed from one crawl to another. */
import type { DiffCommand } from '../cli/diff-command.js';
import { EXIT } from '../cli/exit-status.js';
import { Tally } from '../diff/tally.js';
import { writeToStream } from '../export/write.js';
import { printableJson } from '../observe/printable.js';
import { compareCrawls, type CrawlComparison } from './compare-crawls.js';
import { diffMarkdown } from './diff-markdown.js';
import { diffText } from './diff-text.js';
import type { Invocation } from './invocation.js';

/** Answers 0; with --exit-code 1 if there is a difference. */
export async function diffCommand(command: DiffCommand, { stdout, stop }: Invocation): Promise<number> {
  const { old, new: now, form, limit, fields, links, map, exitCode } = command;
  const tally = new Tally(limit);
  const text = (comparison: CrawlComparison): Iterable<string> => {
    if (form === 'json') return jsonLines(comparison, tally);
    for (const difference of comparison.differences) tally.add(difference);
    const told = { ...comparison, counts: tally.counts(), kept: tally.kept() };
    return [form === 'markdown' ? diffMarkdown(told) : diffText(told)];
  };
  const write = (comparison: CrawlComparison): Promise<void> => writeToStream(stdout, text(comparison), stop);
  await compareCrawls(old, now, write, { fields, links, map });
  return exitCode && tally.hasDifferences() ? EXIT.incomplete : EXIT.finished;
}

/** How much is written at once. */
const CHUNK = 32_768;

function* jsonLines(
  { old, new: now, map, mapped, settings, differences }: CrawlComparison,
  tally: Tally,
): Generator<string> {
  let chunk = line({ kind: 'crawls', old, new: now, map, mapped, settings });
  for (const difference of differences) {
    tally.add(difference);
    chunk += line(difference);
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk + line({ kind: 'counts', ...tally.counts() });
}

function line(object: object): string {
  return `${printableJson(JSON.stringify(object))}\n`;
}
