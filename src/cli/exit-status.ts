/** What the program's exit status says. The README's table and the help are made from this one. */
import { CrawlError } from '../errors.js';

export const EXIT = {
  finished: 0,
  incomplete: 1,
  usage: 2,
  limit: 3,
  store: 4,
  userCode: 5,
  internal: 70,
  hangup: 129,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

/** Every status with its meaning, in order. */
export const EXIT_STATUSES: readonly (readonly [status: ExitStatus, meaning: string])[] = [
  [EXIT.finished, 'finished; pages that answered 4xx are counted, and are no failure'],
  [
    EXIT.incomplete,
    'finished, but a seed led to no page, or a URL failed for another reason than a 4xx (with --fail-on-broken: for that one too), or an executor failed; run: a task of the list failed, or one that its tasks led to; download: a file or page that was wanted is missing; verify found a fault; explain: the URL was not crawled and is not queued; report: there is what --fail-on names; path: no chain leads there; diff --exit-code: there is a difference; proxies check: one is bad',
  ],
  [EXIT.usage, 'a flag, a value or an argument was refused; nothing was started'],
  [EXIT.limit, 'stopped at a limit you set; the same command with a higher one goes on'],
  [
    EXIT.store,
    'the file cannot be opened, is full, is not ours, or is of a newer version; or standard output, --out, --html or the folder of a download cannot be written',
  ],
  [EXIT.userCode, 'stopped by your own code'],
  [EXIT.internal, 'a fault of Orbweaver itself'],
  [EXIT.hangup, 'ended by SIGHUP (the terminal was closed), nothing lost; the same command goes on'],
  [EXIT.interrupted, 'interrupted by Ctrl-C, nothing lost; the same command goes on'],
  [EXIT.terminated, 'ended by SIGTERM, nothing lost; the same command goes on'],
];

/** The status for whatever ended the run by being thrown. What we do not know is our fault. */
export function exitStatusOf(error: unknown): ExitStatus {
  if (!(error instanceof CrawlError)) return EXIT.internal;
  switch (error.code) {
    case 'usage':
      return EXIT.usage;
    case 'store':
      return EXIT.store;
    case 'user-code':
      return EXIT.userCode;
    case 'pool':
    case 'invariant':
      return EXIT.internal;
    default:
      return error.code satisfies never;
  }
}

/** The table of the README, as Markdown. */
export function exitStatusTable(): string {
  const rows = EXIT_STATUSES.map(([status, meaning]) => `| ${status} | ${meaning} |`);
  return ['| status | meaning |', '|---|---|', ...rows].join('\n') + '\n';
}
