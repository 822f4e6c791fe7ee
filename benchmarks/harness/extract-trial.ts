/**
 * One way to read pages for links, in a fresh process: started with the way and a file that names the pages, it reads them
 * a few times to warm up, then once more on the clock of the processor, and prints what it found.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { Parser } from 'htmlparser2';
import { parse } from 'parse5';
import { MIMEType } from 'whatwg-mimetype';
import { compileScope } from '#src/url/scope.js';
import { decodeText } from '#src/workers/decode.js';
import { LinkExtractor } from '#src/workers/links.js';
import { THREAD_SETTINGS } from './thread-settings.js';

/** The ways; `both` is what crawls use. */
export const WAYS = ['both', 'tree', 'parse5', 'htmlparser2'] as const;
export type Way = (typeof WAYS)[number];

/** What it came to. */
export interface ExtractTrial {
  readonly cpuMs: number;
  readonly pages: number;
  readonly bytes: number;
  /** Pages that took the fast lane. */
  readonly quick: number;
  /** Of all that was found, in order; empty where a way only parses. */
  readonly digest: string;
}

/** The pages to read: files, and the site they are the pages of. */
export interface ExtractCorpus {
  readonly origin: string;
  readonly within: string | null;
  readonly pages: readonly { readonly file: string; readonly url: string }[];
}

/** Of every page, as most servers say it. */
const TYPE = MIMEType.parse('text/html; charset=utf-8');

/** Rounds before the one that counts. */
const WARM_UPS = 2;

/** Runs one trial. Rejects if the process fails. */
export async function extractWith(way: Way, corpusFile: string): Promise<ExtractTrial> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    fileURLToPath(import.meta.url),
    way,
    corpusFile,
  ]);
  return JSON.parse(stdout) as ExtractTrial; // Printed below.
}

function measure(way: Way, { origin, within, pages }: ExtractCorpus): ExtractTrial {
  const rule = { profile: 'web', scope: 'origin', scopeKeys: [origin], include: [], exclude: [] } as const;
  const extractor = new LinkExtractor(
    { ...THREAD_SETTINGS, rule, within },
    compileScope(rule),
    way === 'tree' ? { isTreeOnly: true } : {},
  );
  const bodies = pages.map(({ file, url }) => ({ body: readFileSync(file), url }));
  const readOne = (body: Buffer, url: string): unknown => {
    const page = decodeText(body, TYPE);
    if (way === 'parse5') return parse(page.text, { scriptingEnabled: false }).childNodes.length;
    if (way === 'htmlparser2') return anchorsOf(page.text);
    return extractor.extract(page, { url, key: url, robotsTag: undefined, keepOutside: false });
  };
  for (let round = 0; round < WARM_UPS; round++) for (const { body, url } of bodies) readOne(body, url);
  const found: unknown[] = [];
  const start = process.cpuUsage();
  for (const { body, url } of bodies) found.push(readOne(body, url));
  const { user, system } = process.cpuUsage(start);
  const isAnswer = way === 'both' || way === 'tree';
  return {
    cpuMs: (user + system) / 1000,
    pages: bodies.length,
    bytes: bodies.reduce((sum, { body }) => sum + body.length, 0),
    quick:
      way === 'both'
        ? bodies.filter(({ body }) => extractor.bailOf(decodeText(body, TYPE)) === null).length
        : 0,
    digest: isAnswer ? createHash('sha256').update(JSON.stringify(found)).digest('hex') : '',
  };
}

/** Addresses as a crawler would take them that trusts this parser: not resolved, and nothing else of the page. */
function anchorsOf(text: string): number {
  const addresses = new Set<string>();
  const parser = new Parser({
    onopentag: (name, { href }) => {
      if ((name === 'a' || name === 'area') && href !== undefined) addresses.add(href);
    },
  });
  parser.end(text);
  return addresses.size;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , way, corpusFile = ''] = process.argv;
  const corpus = JSON.parse(readFileSync(corpusFile, 'utf8')) as ExtractCorpus; // Written by extract.ts.
  process.stdout.write(JSON.stringify(measure(way as Way, corpus)));
}
