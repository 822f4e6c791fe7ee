/** Everything of a thread that is there for user code only, put together. */
import { Console } from 'node:console';
import type { Holder } from '#src/protocol/holding.js';
import type { WorkerMessage } from '#src/protocol/outcome.js';
import type { WorkerSettings } from '#src/protocol/settings.js';
import type { Asker } from './asker.js';
import type { Fetcher } from './fetcher.js';
import { PoliteFetch, type Post } from './polite-fetch.js';
import { Requester } from './request.js';
import { UserWork } from './user-work.js';

export interface UserCodeParts {
  readonly settings: WorkerSettings;
  readonly fetcher: Fetcher;
  readonly asker: Asker;
  readonly holder: Holder;
  readonly post: Post;
}

export class UserCode {
  readonly userWork: UserWork;
  readonly requester: Requester;

  constructor({ settings, fetcher, asker, holder, post }: UserCodeParts) {
    const { executors, maxBodyBytes, maxRedirects } = settings;
    if (executors === null) throw new Error('a task for executors came to a thread that has none');
    // Standard output is the program's: it may be a file of results.
    globalThis.console = new Console(process.stderr);
    process.stdout.write = process.stderr.write.bind(process.stderr);
    const polite = new PoliteFetch({ fetcher, post, maxBodyBytes, maxRedirects });
    const say = (message: WorkerMessage): void => post(message);
    this.userWork = new UserWork(settings, executors, { holder, polite, post: say });
    this.requester = new Requester({ asker, polite, userWork: this.userWork, maxBodyBytes });
  }
}
