/** `demo`: serves the demo wiki, and with --crawl crawls it and shows what to do with the result. */
import { once } from 'node:events';
import { redactCommandLine } from '../cli/redact.js';
import type { DemoCommand } from '../cli/demo-command.js';
import { EXIT } from '../cli/exit-status.js';
import { resolveConfig } from '../config/config.js';
import { type DemoServer, startDemo } from '../demo/server.js';
import { UsageError } from '../errors.js';
import { formatNumber } from '../observe/quantity.js';
import { crawlWatched } from './crawl.js';
import type { Invocation } from './invocation.js';

const SEED_PATH = '/wiki/Kevin_Bacon';

/** Answers the exit status: the crawl's, or that of whatever ended the serving. */
export async function demoCommand({ site, crawl }: DemoCommand, invocation: Invocation): Promise<number> {
  const { stderr, stdout, stop } = invocation;
  const demo = await serve(site);
  try {
    const seed = `${demo.origin}${SEED_PATH}`;
    if (crawl === null) {
      stdout.write(`${seed}\n`);
      stderr.write(`serving ${formatNumber(site.pages)} pages; Ctrl-C ends it\n`);
      if (!stop.aborted) await once(stop, 'abort');
      return invocation.stopStatus();
    }
    const config = await resolveConfig({ ...crawl.options, seeds: [seed] }, { names: 'flag' });
    if (!crawl.view.quiet) stderr.write(`demo wiki of ${formatNumber(site.pages)} pages at ${seed}\n`);
    const status = await crawlWatched(config, crawl.view, invocation, crawl.startsAfresh);
    if (!crawl.view.quiet && status === EXIT.finished)
      stderr.write(thingsToTry(redactCommandLine([config.databasePath]), invocation.program));
    return status;
  } finally {
    await demo.close();
  }
}

/** @throws UsageError when the port cannot be had */
async function serve(site: DemoCommand['site']): Promise<DemoServer> {
  try {
    return await startDemo(site);
  } catch (cause) {
    const { code, syscall, message } = cause as NodeJS.ErrnoException;
    if (syscall !== 'listen') throw cause;
    const reasons: Readonly<Record<string, string>> = {
      EADDRINUSE: 'another program has it',
      EACCES: 'that takes more rights',
    };
    throw new UsageError(`--port: cannot serve on port ${site.port}: ${reasons[code ?? ''] ?? message}`, {
      hint: 'choose another port, or leave --port out to take a free one',
      cause,
    });
  }
}

function thingsToTry(database: string, program: string): string {
  return `
Three things to try with ${database}:
  the pages most linked to, in SQL
    sqlite3 -box ${database} "SELECT title, count(*) AS links FROM backlinks JOIN pages ON id = target_id GROUP BY target_id ORDER BY links DESC LIMIT 5"
  every URL that failed or was left out, and why
    sqlite3 -box ${database} "SELECT url, state, error, http_status FROM pages WHERE state IN ('failed', 'skipped')"
  proof that nothing is missing
    ${program} verify ${database}
`;
}
