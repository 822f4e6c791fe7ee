/**
 * One sitemap from request to outcome: the XML of urlset and sitemapindex, or plain text with one URL a line.
 * Follows nothing. What the protocol does not allow but sites do is read as far as it makes sense: an unescaped
 * ampersand, a gzip file served as such, relative addresses.
 *
 * @see https://www.sitemaps.org/protocol.html
 */
import { MIMEType } from 'whatwg-mimetype';
import type { Outcome, SitemapOutcome } from '#src/protocol/outcome.js';
import type { Holder } from '#src/protocol/holding.js';
import type { WorkerSettings } from '#src/protocol/settings.js';
import type { SitemapTask } from '#src/protocol/task.js';
import { FailureError, toFailure } from '#src/protocol/to-failure.js';
import { parseTarget } from '#src/url/canonicalise.js';
import { compileScope } from '#src/url/scope.js';
import type { ScopeJudge } from '#src/url/scope.js';
import { compileStripParams, type StripParams } from '#src/url/strip-params.js';
import { contentTypeOf, contentTypeText, kindOf, refusal } from './answer.js';
import type { Asker } from './asker.js';
import { codingsOf, decodePieces } from './content-coding.js';
import { TextPieces } from './decode.js';
import type { Reply } from './exchange.js';
import { KeyCap, KeyLists } from './key-lists.js';
import { type SitemapEntries, SitemapParser } from './sitemap-parser.js';
import { circumstances, redirectOf } from './visit.js';

/** The protocol's own limit, on the wire and decoded. */
const SITEMAP_BYTES = 50 * 1024 * 1024;
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);
/** What text there is outside an encoding is in UTF-8, as in any XML. */
const XML = new MIMEType('application/xml');

/** A sitemap, read whole. */
interface SitemapFile extends SitemapEntries {
  /** Decoded size. */
  readonly bodyBytes: number;
}

/** Reads sitemaps for one thread. */
export class SitemapReader {
  readonly #asker: Asker;
  readonly #holder: Holder;
  readonly #scope: ScopeJudge;
  readonly #strip: StripParams;

  constructor(settings: WorkerSettings, asker: Asker, holder: Holder) {
    this.#asker = asker;
    this.#holder = holder;
    this.#scope = compileScope(settings.rule);
    this.#strip = compileStripParams(settings.stripParams);
  }

  /** The outcome of reading one. Rejects with what made it a failure: pass it to `toFailure`. */
  async read(task: SitemapTask, onSetCookies: (lines: readonly string[]) => void): Promise<Outcome> {
    const reply = await this.#asker.ask(task, onSetCookies, (status, headers) =>
      isFile(status, headers) ? { take: 'all', maxBytes: SITEMAP_BYTES } : { take: 'none' },
    );
    // Which sitemaps are read is decided by who names them, not by scope.
    if (kindOf(reply.status, reply.headers) === 'redirect') return redirectOf(task, reply, () => 'inside');
    if (!isFile(reply.status, reply.headers)) throw refusal(reply.status, reply.headers);
    this.#asker.freeHost(task);
    try {
      const read = await this.#read(task, reply);
      return this.#holder.hold(task, () => this.#outcome(task, reply, read));
    } catch (thrown) {
      throw new FailureError({ ...toFailure(thrown, 'decode'), status: reply.status }, { cause: thrown });
    }
  }

  /** Piece by piece: 50 MiB of text, and what they were unpacked from, are never held at once. */
  async #read(task: SitemapTask, reply: Reply): Promise<SitemapFile> {
    const type = contentTypeOf(reply.headers);
    const text = new TextPieces(type?.isXML() === true ? type : XML);
    const parser = new SitemapParser();
    let bodyBytes = 0;
    for await (const piece of unpacked(reply)) {
      bodyBytes += piece.length;
      this.#holder.hold(task, () => parser.write(text.write(piece)));
    }
    return this.#holder.hold(task, () => {
      parser.write(text.end());
      return { ...parser.end(), bodyBytes };
    });
  }

  #outcome(task: SitemapTask, reply: Reply, { pages, sitemaps, bodyBytes }: SitemapFile): SitemapOutcome {
    const { status, headers } = reply;
    const listed = keysOf(pages, task.url, this.#strip);
    return {
      kind: 'sitemap',
      ...circumstances(reply),
      status,
      contentType: contentTypeText(headers, contentTypeOf(headers)),
      bodyBytes,
      ...this.#sort(listed.keys, task.keepOutside),
      ...(listed.stripped > 0 ? { stripped: listed.stripped } : {}),
      sitemaps: [...keysOf(sitemaps, task.url, (target) => target).keys].join('\n'),
    };
  }

  #sort(
    keys: Iterable<string>,
    keepOutside: boolean,
  ): Pick<SitemapOutcome, 'inside' | 'outside' | 'outsideHosts' | 'filtered'> {
    const lists = new KeyLists(keepOutside);
    for (const key of keys) lists.place(key, this.#scope.judge(key, null), 0);
    const { outsideHosts, filtered } = lists;
    return { inside: lists.inside[0], outside: lists.outside[0], outsideHosts, filtered };
  }
}

/** Any 2xx with a body, whatever its type: sitemaps are served under many. */
function isFile(status: number, headers: Reply['headers']): boolean {
  const kind = kindOf(status, headers);
  return kind === 'html' || kind === 'sniff' || (kind === 'other-type' && status !== 204 && status !== 205);
}

/** Content coding undone, and the gzip of a `.gz` file, told by its first bytes. */
async function* unpacked({ body, headers }: Reply): AsyncGenerator<Buffer> {
  const isGzip = (bytes: Buffer): boolean => bytes.subarray(0, 2).equals(GZIP_MAGIC);
  const codings = codingsOf(headers);
  const start = await startOf(decodePieces(body, codings, SITEMAP_BYTES));
  // A file in a coding of its own inside the answer's is one layer more.
  yield* decodePieces(body, isGzip(start) ? ['gzip', ...codings] : codings, SITEMAP_BYTES);
}

/** The first two bytes, or what there is of them. */
async function startOf(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  let start = Buffer.alloc(0);
  for await (const piece of pieces) {
    start = Buffer.concat([start, piece.subarray(0, 2)]);
    if (start.length >= 2) break;
  }
  return start;
}

interface Keys {
  readonly keys: ReadonlySet<string>;
  /** How many distinct addresses query parameters were taken out of. */
  readonly stripped: number;
}

/**
 * The distinct keys of addresses as written.
 *
 * @throws FailureError `too-large`
 */
function keysOf(addresses: readonly string[], base: string, strip: StripParams): Keys {
  const keys = new Set<string>();
  const cap = new KeyCap();
  let stripped = 0;
  for (const address of new Set(addresses)) {
    const target = parseTarget(address, base);
    if (target === null) continue;
    const taken = strip(target);
    if (taken !== target) stripped += 1;
    if (keys.has(taken.key)) continue;
    cap.add(taken.key);
    keys.add(taken.key);
  }
  return { keys, stripped };
}
