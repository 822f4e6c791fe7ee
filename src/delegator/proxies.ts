/**
 * The proxies of a run as the loop uses them: which one a request goes through, and what its answer says of that
 * one. A request that a proxy has lost is made again through others before it costs its URL anything.
 */
import { type ProxyPlan, proxiesOf } from '../proxies/plan.js';
import { ANY_COUNTRY, proxiesFor } from '../proxies/proxy-map.js';
import { nameOfProxy } from '../proxies/proxy-url.js';
import { compileNoProxy } from '../proxies/no-proxy.js';
import { ProxyRotation, type ProxyVerdict } from '../policy/proxies.js';
import { retryRule } from '../policy/retry.js';
import { PROXY_TRIES } from '../protocol/ask.js';
import type { Failure } from '../protocol/failure.js';
import type { Outcome } from '../protocol/outcome.js';
import type { CrawlListener } from './events.js';
import type { Flight } from './flights.js';
import type { Lost } from './pool.js';
import type { RobotsErrand } from './robots-gate.js';

/** `proxy` null = directly; `failure` where there is no proxy left to ask through. */
export type ProxyChoice =
  { readonly proxy: string | null; readonly failure: null } | { readonly failure: Failure };

/** What is asked for: the id of a lease, or the name of an errand. */
type Subject = number | string;

interface Tried {
  readonly proxies: Set<string>;
  /** Failures of proxies in a row. */
  failures: number;
}

export const DIRECTLY: ProxyChoice = { proxy: null, failure: null };
const NONE: ReadonlySet<string> = new Set();

export class Proxies {
  readonly #plan: ProxyPlan | null;
  readonly #listener: Pick<CrawlListener, 'onNotice'>;
  readonly #isExcepted: (url: string) => boolean;
  readonly #all: readonly string[];
  /** Those for tasks of no country, by scheme. */
  readonly #usual: Readonly<Record<'http' | 'https', readonly string[]>>;
  /** Nothing is asked for while all of these rest. */
  readonly #awaited: ReadonlySet<string>;
  readonly #rotation: ProxyRotation;
  /** What did not work out yet, by what was asked for. */
  readonly #tried = new Map<Subject, Tried>();
  #bad = 0;

  /**
   * @param plan        null: all requests are made directly
   * @param firstRestMs how long a proxy rests that fails for the first time
   */
  constructor(plan: ProxyPlan | null, firstRestMs: number, listener: Pick<CrawlListener, 'onNotice'>) {
    this.#rotation = new ProxyRotation(firstRestMs);
    this.#plan = plan;
    this.#listener = listener;
    this.#isExcepted = compileNoProxy(plan?.except ?? '');
    this.#all = proxiesOf(plan);
    const [http = [], https = []] = [plan?.http, plan?.https].map((map) => proxiesFor(map ?? {}, null) ?? []);
    this.#usual = { http, https };
    this.#awaited = new Set([...http, ...https]);
  }

  /** Whether there were proxies, and every one of them is bad. */
  get isSpent(): boolean {
    return this.#all.length > 0 && this.#bad === this.#all.length;
  }

  /** When requests may be made again; null = now, as far as proxies are concerned. ms since epoch. */
  readyAt(now: number): number | null {
    return this.#plan === null ? null : this.#rotation.readyAt(this.#awaited, now);
  }

  /** @param country two letters, of the task; null = none in particular */
  choose(url: string, country: string | null, subject: Subject, now: number): ProxyChoice {
    const scheme = url.startsWith('https:') ? 'https' : 'http';
    const map = this.#plan?.[scheme] ?? null;
    if (map === null || this.#isExcepted(url)) return DIRECTLY;
    const avoid = this.#tried.get(subject)?.proxies ?? NONE;
    const own = country === null ? this.#usual[scheme] : proxiesFor(map, country);
    // Where those of a country are all bad, those for any are left.
    const proxy =
      this.#rotation.pick(own ?? [], avoid, now) ?? this.#rotation.pick(map[ANY_COUNTRY] ?? [], avoid, now);
    return proxy === null ? { failure: noneLeft(own === null ? country : null) } : { proxy, failure: null };
  }

  /**
   * Takes note of what came back.
   * @returns whether it is to be asked for again, through another proxy and at no cost
   */
  land({ proxy, startedAt }: Flight, subject: Subject, outcome: Outcome | Lost, now: number): boolean {
    if (outcome.kind === 'lost' || outcome.kind === 'declined') return false;
    return this.note(proxy, subject, outcome.kind === 'failure' ? outcome.failure : null, startedAt, now);
  }

  /**
   * The same for any request.
   * @param failure null = there was an answer
   */
  note(
    proxy: string | null,
    subject: Subject,
    failure: Failure | null,
    startedAt: number,
    now: number,
  ): boolean {
    const verdict = verdictOf(failure);
    if (proxy === null || verdict === null) return false;
    const change = this.#rotation.report(proxy, verdict, startedAt, now);
    if (failure === null) return false;
    if (change !== null) this.#tell(proxy, change, failure.message);
    const tried = this.#tried.get(subject) ?? { proxies: new Set(), failures: 0 };
    this.#tried.set(subject, tried);
    tried.proxies.add(proxy);
    tried.failures = verdict === 'failed' ? tried.failures + 1 : 0;
    if (verdict !== 'failed') return false;
    if (tried.failures < PROXY_TRIES && !this.isSpent) return true;
    tried.failures = 0;
    tried.proxies.clear();
    return false;
  }

  /** It will not be asked for again. */
  forget(subject: Subject): void {
    this.#tried.delete(subject);
  }

  #tell(proxy: string, change: NonNullable<ReturnType<ProxyRotation['report']>>, detail: string): void {
    const name = nameOfProxy(proxy);
    if (change.kind === 'rested') {
      this.#listener.onNotice({ kind: 'proxy-rested', proxy: name, forMs: change.forMs, detail });
      return;
    }
    this.#bad++;
    this.#listener.onNotice({ kind: 'proxy-bad', proxy: name, detail });
    if (this.isSpent) this.#listener.onNotice({ kind: 'proxies-spent', proxies: this.#all.length });
  }
}

/** What stands for a robots.txt: of which host it is, and for which. */
export function robotsSubject({ hostId, url }: RobotsErrand): Subject {
  return `${hostId} ${url}`;
}

/** What an answer says of the proxy it came through; null = nothing. */
function verdictOf(failure: Failure | null): ProxyVerdict | null {
  if (failure === null) return 'served';
  if (failure.isStale === true) return null;
  if (retryRule(failure).blames === 'proxy') return 'failed';
  return failure.status === undefined ? 'doubtful' : 'served';
}

function noneLeft(country: string | null): Failure {
  const message =
    country === null ? 'every proxy has failed' : `there is no proxy for the country '${country}'`;
  return { code: 'proxy', message, isFinal: true };
}
