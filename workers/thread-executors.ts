/** All of a thread that is there for executors only, put together. Loaded by runs that have some. */
import { Console } from 'node:console';
import type { Holder } from '#src/protocol/holding.js';
import type { WorkerMessage } from '#src/protocol/outcome.js';
import type { WorkerSettings } from '#src/protocol/settings.js';
import { AnswerExecutions } from './answer-executions.js';
import type { Asker } from './asker.js';
import type { Fetcher } from './fetcher.js';
import { PoliteFetch, type Post } from './polite-fetch.js';
import { Requester } from './request.js';

export interface ThreadExecutorsParts {
  readonly settings: WorkerSettings;
  readonly fetcher: Fetcher;
  readonly asker: Asker;
  readonly holder: Holder;
  readonly post: Post;
}

export class ThreadExecutors {
  readonly executions: AnswerExecutions;
  readonly requester: Requester;

  constructor({ settings, fetcher, asker, holder, post }: ThreadExecutorsParts) {
    const { executors, maxBodyBytes, maxRedirects } = settings;
    if (executors === null) throw new Error('a task for executors came to a thread that has none');
    // Standard output is the program's: it may be a file of results.
    globalThis.console = new Console(process.stderr);
    process.stdout.write = process.stderr.write.bind(process.stderr);
    const polite = new PoliteFetch({ fetcher, post, maxBodyBytes, maxRedirects });
    const say = (message: WorkerMessage): void => post(message);
    this.executions = new AnswerExecutions(settings, executors, { holder, polite, post: say });
    this.requester = new Requester({ asker, polite, executions: this.executions, maxBodyBytes });
  }
}
