/** Notices of a running crawl as sentences. Everything from the web is made printable here. */
import type { Notice } from '../delegator/events.js';
import type { CrawlConfig } from '../config/config.js';
import { printable } from '../observe/printable.js';
import { formatGap, formatNumber, plural } from '../observe/quantity.js';

export function noticeText(notice: Notice, config: Pick<CrawlConfig, 'profile' | 'within'>): string {
  switch (notice.kind) {
    case 'scope-widened':
      return `the seed was redirected: ${printable(notice.scopeKey)} now belongs to the crawl (${printable(notice.url)})`;
    case 'many-variants':
      return `${formatNumber(notice.variants)} variants of ${printable(notice.pattern)}, ${printable(notice.example)} for one: if this is a trap, --max-variants stops it`;
    case 'deep-follows':
      return `${formatNumber(notice.depth)} tasks have followed each other, ${printable(notice.key)} the last of them: if there is no end of it, --max-follow-depth sets one`;
    case 'host-given-up':
      return `giving up ${printable(notice.host)} (${notice.code}): ${printable(failureText(notice.detail))}`;
    case 'host-private':
      return `not connecting to ${printable(notice.host)}: ${printable(notice.detail)}`;
    case 'crawl-delay':
      return crawlDelay(notice.host, notice.askedMs, notice.usedMs);
    case 'host-blocked':
      return `${printable(notice.host)} rests for ${restTime(notice.forMs)}: ${printable(notice.detail)}`;
    case 'within-missing':
      return withinMissing(notice.url, config);
    case 'thread-ended':
      return threadEnded(notice);
    case 'thread-silent':
      return `thread ${notice.thread + 1} no longer answers (${printable(notice.url)} waits for it): ended and replaced; does user code change what is built in, such as Object.prototype?`;
    case 'threads-stuck':
      return 'a thread is in a call of user code that does not return, and cannot be ended';
    case 'paused':
      return notice.isPaused
        ? 'waiting: a program has been reading the file in one transaction for so long that its log is full'
        : 'going on: the log could be emptied';
    case 'proxy-rested':
      return `${printable(notice.proxy)} rests for ${restTime(notice.forMs)}: ${printable(notice.detail)}`;
    case 'proxy-bad':
      return `not using ${printable(notice.proxy)} any more: ${printable(notice.detail)}`;
    case 'proxies-spent':
      return notice.proxies === 1
        ? 'the only proxy has failed: nothing can be asked for through it'
        : `all ${formatNumber(notice.proxies)} proxies have failed: nothing can be asked for through them`;
    case 'thread-lost':
      return threadLost(notice);
    case 'code-changed':
      return `${notice.executor} has changed since it came to ${plural(notice.successes, 'result')}; they stand: --force ${notice.executor} runs it again`;
    case 'force-resumed':
      return `--force ${notice.executor}, begun ${new Date(notice.since).toISOString().slice(0, 19).replace('T', ' ')} UTC and interrupted, goes on: ${plural(notice.successes, 'result')} of it stand`;
    case 'rerun':
      return rerunText(notice);
    case 'said':
      return `${printable(notice.key)}: ${notice.level === 'warn' ? 'warning: ' : ''}${printable(notice.text)}`;
    default:
      return notice satisfies never;
  }
}

function threadLost({ thread, tasks, reason }: Notice & { readonly kind: 'thread-lost' }): string {
  const why = reason === null ? '' : ` (${printable(reason)})`;
  const pages = tasks === 0 ? 'it had no page' : `${plural(tasks, 'page')} it had will be tried again`;
  return `thread ${thread + 1} died${why} and is replaced; ${pages}`;
}

function threadEnded({ thread, url, key, afterMs }: Notice & { readonly kind: 'thread-ended' }): string {
  const holder =
    url === null
      ? 'one of its pages'
      : key === null || key === url
        ? printable(url)
        : `${printable(key)} (${printable(url)})`;
  return `thread ${thread + 1} was held by ${holder} for more than ${formatGap(afterMs)}: ended and replaced`;
}

function rerunText({
  pages,
  asked,
  answered,
  followed,
  isList,
}: Notice & { readonly kind: 'rerun' }): string {
  const are = pages === 1 ? 'is' : 'are';
  const others = followed === 0 ? '' : ` (${formatNumber(followed)} that executors followed)`;
  const what = `${plural(pages, isList ? 'task' : 'page')} of earlier runs${others} ${are} still to be done`;
  if (asked === 0) return `${what}: with stored bodies, nothing is asked for`;
  const which = asked === pages ? 'asked for again' : `${formatNumber(asked)} of them asked for again`;
  return `${what}: ${which}${answered > 0 ? ', as their bodies are not stored (--keep-bodies does that)' : ''}`;
}

/** What a failure says of itself, with the cause it most often has where its own words hide it. */
export function failureText(message: string): string {
  // OpenSSL's words for an answer that is no TLS: before version 3.2, and since.
  if (!/wrong version number|packet length too long/.test(message)) return message;
  return `${message.trimEnd()} – is this a plain http port? try http://`;
}

/** In whole seconds: chance has its part in it. */
function restTime(ms: number): string {
  return ms < 1_000 ? 'under a second' : formatGap(Math.round(ms / 1_000) * 1_000);
}

function crawlDelay(host: string, askedMs: number, usedMs: number): string {
  const capped = askedMs > usedMs ? `, of the ${formatGap(askedMs)} it asks for` : '';
  return `${printable(host)}: robots.txt sets ${formatGap(usedMs)} between requests${capped}`;
}

function withinMissing(url: string, { profile, within }: Pick<CrawlConfig, 'profile' | 'within'>): string {
  if (within === null && profile === 'mediawiki') {
    return `${printable(url)} has no element #bodyContent, so no links were taken from it; if this is no MediaWiki site, try --profile web`;
  }
  return `${printable(url)} has no element ${printable(within ?? '')}, so no links were taken from it; check --within`;
}
