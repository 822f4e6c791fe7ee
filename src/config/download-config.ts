/** What a run that downloads files is told to do: a crawl's configuration for the listing pages, and what is about files. */
import { resolve } from 'node:path';
import { DOWNLOAD_FLAGS } from '../cli/download-flags.js';
import type { LayoutKind } from '../downloads/layout.js';
import { UsageError } from '../errors.js';
import type { ChoiceRules } from '../protocol/download.js';
import { isPath, parseAddress } from '../url/seed.js';
import { compilePatterns } from '../url/scope.js';
import { checkSelector, configOf, type CrawlConfig, type ResolveContext } from './config.js';
import type { DownloadOptions } from './download-options.js';
import { GivenOptions } from './options.js';

/** What is wanted of listing pages, and where it goes. */
export interface DownloadPlan {
  /** Absolute. */
  readonly into: string;
  readonly layout: LayoutKind;
  readonly rules: ChoiceRules;
  /** Content types, lower case; empty = all. */
  readonly types: readonly string[];
  readonly refresh: boolean;
  /** Only listing pages are asked for. */
  readonly isDryRun: boolean;
  readonly segments: number;
  /** Of all threads together; null = no limit. */
  readonly bytesPerSecond: number | null;
}

/**
 * Checks the options of a download.
 *
 * @param pages as typed
 * @throws UsageError (rejects)
 */
export async function resolveDownloadConfig(
  options: DownloadOptions,
  pages: readonly string[],
  { names = 'option', labels = new Map(), env = {} }: ResolveContext = {},
): Promise<CrawlConfig> {
  const given = new GivenOptions(options, names, labels, DOWNLOAD_FLAGS);
  if (pages.length === 0) throw new UsageError('there is no page to start from');
  const keys = pages.map(keyOfPage);
  const rules = await rulesOf(given);
  const seeds = Object.freeze([...new Set<string>(keys)]);
  const config = await configOf(given, seeds, env);
  const maxParallelism = given.get<number>('maxParallelism');
  const workers = Math.min(config.workers, maxParallelism);
  return Object.freeze<CrawlConfig>({
    ...config,
    profile: 'web',
    maxDepth: given.get('depth'),
    workers,
    concurrency: Math.ceil(maxParallelism / workers),
    maxInFlight: maxParallelism,
    downloads: Object.freeze<DownloadPlan>({
      into: resolve(given.get<string>('into')),
      layout: given.get('layout'),
      rules,
      types: typesOf(given),
      refresh: given.get('refresh'),
      isDryRun: given.get('dryRun'),
      segments: given.get('segments'),
      bytesPerSecond: given.get('limitRate'),
    }),
  });
}

/** Nothing completes a path here: a page is named in full. */
function keyOfPage(page: string): string {
  if (isPath(page))
    throw new UsageError(`page '${page}' is only a path`, {
      hint: `give its whole address: https://…${page}`,
    });
  return parseAddress('page', page, 'https://example.org').key;
}

async function rulesOf(given: GivenOptions): Promise<ChoiceRules> {
  const text = given.get<string | null>('text');
  const match = given.get<string | null>('match');
  const select = given.get<string | null>('select');
  if (text !== null) compilePatterns(given.label('text'), [text]);
  if (match !== null) compilePatterns(given.label('match'), [match]);
  if (select !== null) await checkSelector(given.label('select'), select);
  return Object.freeze({ text, match, select, extensions: extensionsOf(given) });
}

function extensionsOf(given: GivenOptions): readonly string[] {
  const extensions = partsOf(given, 'ext').map((each) => each.replace(/^\*?\./, ''));
  const odd = extensions.find((each) => !/^[a-z0-9]+(?:\.[a-z0-9]+)*$/.test(each));
  if (odd === undefined) return extensions;
  throw new UsageError(`${given.label('ext')}: '${odd}' is no ending of a file name`, {
    hint: 'write endings with commas between them: mp3,pdf',
  });
}

function typesOf(given: GivenOptions): readonly string[] {
  const types = partsOf(given, 'type');
  const odd = types.find((each) => !/^(?:\*\/\*|[a-z0-9!#$&^_.+-]+\/(?:\*|[a-z0-9!#$&^_.+-]+))$/.test(each));
  if (odd === undefined) return types;
  throw new UsageError(`${given.label('type')}: '${odd}' is no content type`, {
    hint: 'write it as audio/* or application/pdf, several with commas between them',
  });
}

/** Values with commas between them, lower case. */
function partsOf(given: GivenOptions, option: 'ext' | 'type'): readonly string[] {
  return given
    .list(option)
    .flatMap((value) => value.toLowerCase().split(','))
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
