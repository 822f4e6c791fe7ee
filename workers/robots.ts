/**
 * One hop of a robots.txt: fetches, follows nothing, reports what was said. Which rules the text holds
 * and what a status means is policy/robots.ts's, on the main thread.
 */
import type { RobotsOutcome, WorkerMessage } from '#src/protocol/outcome.js';
import { ROBOTS_MAX_BYTES } from '#src/protocol/robots.js';
import type { RobotsTask } from '#src/protocol/task.js';
import { toFailure } from '#src/protocol/to-failure.js';
import { parseTarget } from '#src/url/canonicalise.js';
import { locationOf, retryAfterOf } from './answer.js';
import { codingsOf, decodeStart } from './content-coding.js';
import type { Reply } from './exchange.js';
import type { Fetcher } from './fetcher.js';

/**
 * Fetches one robots.txt. Rejects with what went wrong on the network or in the body's coding.
 *
 * @param onSetCookies called with the Set-Cookie lines of the answer
 */
export async function fetchRobots(
  fetcher: Fetcher,
  task: RobotsTask,
  post: (message: WorkerMessage) => void,
  onSetCookies: (lines: readonly string[]) => void = () => undefined,
): Promise<RobotsOutcome> {
  const reply = await fetcher.send({
    url: task.url,
    sendHeaders: task.sendHeaders,
    cookie: task.cookie,
    proxy: task.proxy,
    onSetCookies,
    // Asked once a day: an idle connection would only count against the host's limit.
    keepAlive: false,
    ...(task.spaced ? { onStart: () => post({ kind: 'started', flightId: task.flightId }) } : {}),
    intake: (status) =>
      isSuccess(status) ? { take: 'start', maxBytes: ROBOTS_MAX_BYTES } : { take: 'none' },
  });
  const { status, startedAt, durationMs } = reply;
  return {
    kind: 'robots',
    startedAt,
    durationMs,
    status,
    text: isSuccess(status) ? await textOf(reply) : '',
    redirectTo: status >= 300 && status < 400 ? targetOf(task.url, reply) : null,
    retryAfterMs: retryAfterOf(reply.headers),
  };
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** UTF-8 whatever the header says (RFC 9309 §2.3), the byte order mark dropped. */
async function textOf(reply: Reply): Promise<string> {
  const codings = codingsOf(reply.headers);
  const { body, cut } = await decodeStart(reply.body, codings, ROBOTS_MAX_BYTES, reply.cut);
  const text = body.toString('utf8').replace(/^\uFEFF/, '');
  // Half a line is another rule: "Disallow: /" cut from "Disallow: /tmp" would close the site.
  return cut ? text.slice(0, Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1) : text;
}

function targetOf(url: string, reply: Reply): string | null {
  try {
    return parseTarget(locationOf(reply.status, reply.headers), url)?.request ?? null;
  } catch (thrown) {
    // No target is an answer here, not trouble: the rules then treat robots.txt as they do any other 3xx.
    if (toFailure(thrown).code === 'redirect') return null;
    throw thrown;
  }
}
