/**
 * Tasks that are about executors alone: a request of a task list, or a body that was stored. Their links are not
 * followed.
 */
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { AnswerOutcome, ExecutedOutcome } from '#src/protocol/outcome.js';
import type { ExecuteTask, RequestTask } from '#src/protocol/task.js';
import { FailureError } from '#src/protocol/to-failure.js';
import { countryOf } from '#src/protocol/work.js';
import { contentTypeOf, contentTypeText, isRedirect, refusal, sniffType } from './answer.js';
import { readAnswer } from './answer-body.js';
import type { AnswerExecutions } from './answer-executions.js';
import type { Asker } from './asker.js';
import type { ReplyHeaders } from './open-request.js';
import { FetchError, type Followed, type PoliteFetch } from './polite-fetch.js';
import { circumstances } from './visit.js';

export interface RequesterParts {
  readonly asker: Asker;
  readonly polite: PoliteFetch;
  readonly executions: AnswerExecutions;
  readonly maxBodyBytes: number;
}

export class Requester {
  readonly #parts: RequesterParts;

  constructor(parts: RequesterParts) {
    this.#parts = parts;
  }

  /** Rejects with what made it a failure: pass it to `toFailure`. */
  async request(task: RequestTask, onSetCookies: (lines: readonly string[]) => void): Promise<AnswerOutcome> {
    const { asker, maxBodyBytes, executions } = this.#parts;
    const first = await asker.ask(task, onSetCookies, (status) =>
      isRedirect(status) ? { take: 'none' } : { take: 'all', maxBytes: maxBodyBytes },
    );
    asker.freeHost(task);
    const { url, reply } = await this.#follow(task, { url: task.url, reply: first });
    if (reply.status < 200 || reply.status > 299) throw refusal(reply.status, reply.headers);
    const answer = readAnswer(url, reply, maxBodyBytes);
    const worked = await executions.onFresh(task, answer);
    return {
      kind: 'answer',
      ...circumstances(first),
      status: reply.status,
      contentType: contentTypeText(reply.headers, answer.type),
      bodyBytes: answer.body.length,
      bodySha256: createHash('sha256').update(answer.body).digest('hex'),
      ...worked,
    };
  }

  async execute(task: ExecuteTask): Promise<ExecutedOutcome> {
    const startedAt = Date.now();
    const { url, status, ...stored } = task.stored;
    const headers = JSON.parse(stored.headers) as ReplyHeaders;
    const body = gunzipSync(stored.body);
    const type = contentTypeOf(headers) ?? sniffType(body);
    const report = await this.#parts.executions.onStored(task, { url, status, headers, body, type });
    return { kind: 'executed', startedAt, durationMs: Date.now() - startedAt, report };
  }

  async #follow(task: RequestTask, { url, reply }: Followed): Promise<Followed> {
    if (!isRedirect(reply.status)) return { url, reply };
    try {
      const { method, headers, body } = task;
      const never = new AbortController().signal;
      const asker = { flightId: task.flightId, country: countryOf(task.work) };
      return await this.#parts.polite.follow(asker, { url, method, headers, body }, reply, never);
    } catch (thrown) {
      if (!(thrown instanceof FetchError)) throw thrown;
      const message = `redirected to where nothing may be asked for: ${thrown.message}`;
      throw new FailureError({ code: 'redirect', message, status: reply.status }, { cause: thrown });
    }
  }
}
