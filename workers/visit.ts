/**
 * One page from request to outcome: ask, tell what kind of answer it is, and for a page decode, hash,
 * parse and sort its links. Follows nothing, retries nothing.
 */
import { hash } from 'node:crypto';
import type {
  OtherTypeOutcome,
  Outcome,
  PageOutcome,
  RedirectOutcome,
  Verdict,
} from '#src/protocol/outcome.js';
import type { ChoiceRules } from '#src/protocol/download.js';
import type { Holder } from '#src/protocol/holding.js';
import type { WorkerSettings } from '#src/protocol/settings.js';
import type { FetchTask } from '#src/protocol/task.js';
import { FailureError, toFailure } from '#src/protocol/to-failure.js';
import { parseTarget } from '#src/url/canonicalise.js';
import { compileScope } from '#src/url/scope.js';
import type { ScopeJudge } from '#src/url/scope.js';
import { compileStripParams, type StripParams } from '#src/url/strip-params.js';
import { contentTypeText, isHtml, kindOf, locationOf, refusal, unusable } from './answer.js';
import { type Answer, readAnswer } from './answer-body.js';
import type { AnswerExecutions } from './answer-executions.js';
import type { Asker } from './asker.js';
import type { Chooser } from './chooser.js';
import { decodeText } from './decode.js';
import type { Intake, Reply } from './exchange.js';
import type { ReplyHeaders } from './open-request.js';
import { LinkExtractor } from './links.js';
import { listedOn } from './listing.js';

/** What came back, and the answer whole where it is a page. */
interface Visit {
  readonly outcome: PageOutcome | RedirectOutcome | OtherTypeOutcome;
  readonly answer: Answer | null;
}

/** Visits pages for one thread. */
export class Visitor {
  readonly #asker: Asker;
  readonly #holder: Holder;
  readonly #scope: ScopeJudge;
  readonly #strip: StripParams;
  readonly #extractor: LinkExtractor;
  readonly #maxBodyBytes: number;
  readonly #rules: ChoiceRules | null;
  #chooser: Chooser | null = null;
  readonly #executions: () => Promise<AnswerExecutions>;

  /** @param executions runs executors; asked for only where there are some */
  constructor(
    settings: WorkerSettings,
    asker: Asker,
    holder: Holder,
    executions: () => Promise<AnswerExecutions>,
  ) {
    this.#executions = executions;
    this.#asker = asker;
    this.#holder = holder;
    this.#scope = compileScope(settings.rule);
    this.#strip = compileStripParams(settings.stripParams);
    this.#extractor = new LinkExtractor(settings, this.#scope);
    this.#maxBodyBytes = settings.maxBodyBytes;
    this.#rules = settings.downloads?.rules ?? null;
  }

  /**
   * The outcome of one visit. Rejects with what made it a failure: pass it to `toFailure`.
   *
   * @param onSetCookies called with the Set-Cookie lines of the answer, whatever becomes of it
   */
  async visit(task: FetchTask, onSetCookies: (lines: readonly string[]) => void): Promise<Outcome> {
    const chooser = task.listing === undefined ? null : await this.#listingChooser();
    const reply = await this.#asker.ask(task, onSetCookies, (status, headers) =>
      this.#intake(status, headers),
    );
    const { outcome, answer } = this.#holder.hold(task, () => this.#read(task, reply, chooser));
    if (task.work === undefined || outcome.kind !== 'page' || answer === null) return outcome;
    const executions = await this.#executions();
    return { ...outcome, ...(await executions.onFresh({ ...task, work: task.work }, answer)) };
  }

  /** Loaded when there is a first listing page: it brings a selector engine. */
  async #listingChooser(): Promise<Chooser> {
    const { Chooser: Choosing } = await import('./chooser.js');
    if (this.#rules === null) throw new Error('a listing page in a run that downloads no files');
    return (this.#chooser ??= new Choosing(this.#rules));
  }

  #read(task: FetchTask, reply: Reply, chooser: Chooser | null): Visit {
    const kind = kindOf(reply.status, reply.headers);
    switch (kind) {
      case 'redirect':
        return without(redirectOf(task, reply, (key) => this.#scope.judge(key, task.key), this.#strip));
      case 'refusal':
        throw refusal(reply.status, reply.headers);
      case 'other-type':
        return without(otherType(reply, contentTypeText(reply.headers, null)));
      case 'html':
      case 'sniff':
        this.#asker.freeHost(task);
        return this.#page(task, reply, chooser);
    }
    return kind satisfies never;
  }

  #intake(status: number, headers: ReplyHeaders): Intake {
    const kind = kindOf(status, headers);
    const isWanted = kind === 'html' || kind === 'sniff';
    return isWanted ? { take: 'all', maxBytes: this.#maxBodyBytes } : { take: 'none' };
  }

  #page(task: FetchTask, reply: Reply, chooser: Chooser | null): Visit {
    const { status, headers } = reply;
    try {
      const answer = readAnswer(task.url, reply, this.#maxBodyBytes);
      const { body, type } = answer;
      const contentType = contentTypeText(headers, type);
      if (!isHtml(type)) return without(otherType(reply, contentType));
      const { url, key, keepOutside } = task;
      const robotsTag = headers['x-robots-tag'];
      const text = decodeText(body, type);
      const { listing } = task;
      const content =
        chooser === null || listing === undefined
          ? this.#extractor.extract(text, { url, key, keepOutside, robotsTag })
          : listedOn(chooser, text, url, listing);
      const bodySha256 = hash('sha256', body);
      const facts = { status, contentType, bodyBytes: body.length, bodySha256 };
      return { outcome: { kind: 'page', ...circumstances(reply), ...facts, ...content }, answer };
    } catch (thrown) {
      // The answer itself was fine: what goes wrong from here on is its content.
      throw new FailureError({ ...toFailure(thrown, 'decode'), status }, { cause: thrown });
    }
  }
}

/**
 * A redirect as an outcome.
 * @param judge whether the target belongs to the crawl
 * @param strip takes query parameters out of the target
 * @throws FailureError `redirect` where it leads nowhere
 */
export function redirectOf(
  { url }: Pick<FetchTask, 'url'>,
  reply: Pick<Reply, 'status' | 'headers' | 'startedAt' | 'durationMs'>,
  judge: (targetKey: string) => Verdict,
  strip: StripParams = (target) => target,
): RedirectOutcome {
  const { status } = reply;
  const location = locationOf(status, reply.headers);
  const written = parseTarget(location, url);
  if (written === null)
    throw unusable(status, `status ${status} to an address that is not http(s): ${location}`);
  const target = strip(written);
  return {
    kind: 'redirect',
    ...circumstances(reply),
    status,
    targetKey: target.key,
    targetUrl: target.request,
    verdict: judge(target.key),
    ...(target === written ? {} : { stripped: 1 }),
  };
}

function without(outcome: Visit['outcome']): Visit {
  return { outcome, answer: null };
}

function otherType(reply: Reply, contentType: string): OtherTypeOutcome {
  return { kind: 'other-type', ...circumstances(reply), status: reply.status, contentType };
}

/** When it was asked for, and how long that took. */
export function circumstances({
  startedAt,
  durationMs,
}: Pick<Reply, 'startedAt' | 'durationMs'>): Pick<PageOutcome, 'startedAt' | 'durationMs'> {
  return { startedAt, durationMs };
}
