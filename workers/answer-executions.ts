/**
 * Executions on one answer, fresh or stored: the page as executors see it, validated, run through all of them, and its
 * body put by where that is asked for. Loaded only by runs that have executors.
 */
import { gzipSync } from 'node:zlib';
import type { JsonObject } from '#src/executor.js';
import type { WorkerMessage } from '#src/protocol/outcome.js';
import type { Held, Holder } from '#src/protocol/holding.js';
import { linesOf } from '#src/protocol/joined.js';
import type { WorkerSettings } from '#src/protocol/settings.js';
import { countryOf } from '#src/protocol/work.js';
import type { ExecutorSettings, Follow, KeptBody, Work, WorkReport } from '#src/protocol/work.js';
import { compileScope } from '#src/url/scope.js';
import { isHtml } from './answer.js';
import { type Answer, readAnswer } from './answer-body.js';
import type { ContextParts } from './context.js';
import { decodeOther, decodeText, type PageText } from './decode.js';
import { ExecutorRunner } from './executors.js';
import { LinkExtractor } from './links.js';
import { own } from './own-realm.js';
import { PageView } from './page-view.js';
import { plainRequest, type PoliteFetch } from './polite-fetch.js';

const MAX_SAID_CHARS = 2_000;
/** How often a thread shows that its event loop turns, ms. */
const PULSE_MS = 100;

export interface Worked {
  readonly report: WorkReport;
  readonly kept?: KeptBody;
}

/** The task, as far as executors are concerned. */
export interface WorkTask extends Held {
  readonly work: Work;
}

export interface AnswerExecutionsParts {
  readonly holder: Holder;
  readonly polite: PoliteFetch;
  readonly post: (message: WorkerMessage) => void;
}

export class AnswerExecutions {
  readonly #settings: ExecutorSettings;
  readonly #runner: ExecutorRunner;
  readonly #polite: PoliteFetch;
  readonly #post: (message: WorkerMessage) => void;
  readonly #maxBodyBytes: number;
  readonly #holder: Holder;
  #pulse: NodeJS.Timeout | null = null;
  /** Every link of a page, whatever the crawl's scope. */
  readonly #extractor: LinkExtractor;

  constructor(
    settings: WorkerSettings,
    executors: ExecutorSettings,
    { holder, polite, post }: AnswerExecutionsParts,
  ) {
    this.#settings = executors;
    this.#runner = new ExecutorRunner(executors, holder);
    this.#polite = polite;
    this.#post = post;
    this.#holder = holder;
    this.#maxBodyBytes = settings.maxBodyBytes;
    const rule = { ...settings.rule, profile: 'web', scope: 'any', include: [], exclude: [] } as const;
    this.#extractor = new LinkExtractor({ ...settings, rule, within: null }, compileScope(rule));
  }

  /**
   * Validates a fresh answer and runs executors on it.
   * @throws FailureError (rejects) `validation` where a validator says that this is not the page
   */
  async onFresh(task: WorkTask, answer: Answer): Promise<Worked> {
    this.#showPulse(task);
    const page = this.#view(answer);
    const parts = this.#contextParts(task, answer.url);
    const job = { held: task, page, work: task.work, parts };
    const fault = await this.#runner.validate(job);
    if (fault !== null) return { report: fault };
    const report = await this.#runner.run(job);
    return this.#settings.keepBodies ? { report, kept: keptOf(answer) } : { report };
  }

  /** Runs executors on an answer that was stored. */
  onStored(task: WorkTask, answer: Answer): Promise<WorkReport> {
    this.#showPulse(task);
    const parts = this.#contextParts(task, answer.url);
    return this.#runner.run({ held: task, page: this.#view(answer), work: task.work, parts });
  }

  /** From the first page on: user code may hold the thread at any time, not only while it is called. */
  #showPulse({ thread }: Held): void {
    if (this.#pulse !== null) return;
    // At once: user code may not let the first one happen.
    this.#holder.beat(thread);
    this.#pulse = setInterval(() => this.#holder.beat(thread), PULSE_MS).unref();
  }

  #view({ type, body, ...answer }: Answer): PageView {
    let page: PageText | null = null;
    const read = (): PageText => (page ??= isHtml(type) ? decodeText(body, type) : decodeOther(body, type));
    return new PageView({
      ...answer,
      body,
      readText: () => read().text,
      readLinks: () => (isHtml(type) ? this.#linksOf(read(), answer.url) : []),
    });
  }

  #linksOf(page: PageText, url: string): readonly string[] {
    const { links } = this.#extractor.extract(page, {
      url,
      key: url,
      keepOutside: false,
      robotsTag: undefined,
    });
    return links.flatMap((joined) => linesOf(joined));
  }

  #contextParts({ flightId, work }: WorkTask, pageUrl: string): ContextParts {
    const follows: Follow[] = [];
    const asker = { flightId, country: countryOf(work) };
    return {
      key: work.key,
      params: own.parse(work.params) as JsonObject,
      pageUrl,
      folder: this.#settings.folder,
      follows,
      fetch: async (url, request, signal) => {
        const { url: reached, reply } = await this.#polite.fetch(
          asker,
          plainRequest(url, pageUrl, request),
          signal,
        );
        return this.#view(readAnswer(reached, reply, this.#maxBodyBytes));
      },
      say: (level, text) =>
        this.#post({ kind: 'said', key: work.key, level, text: text.slice(0, MAX_SAID_CHARS) }),
    };
  }
}

function keptOf({ url, status, headers, body }: Answer): KeptBody {
  return { url, status, headers: own.stringify(headers), body: gzipSync(body) };
}
