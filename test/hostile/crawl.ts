/** Crawls of the hostile site by the built program: flags with short limits, and what comes out. */
import { writeFileSync } from 'node:fs';
import { AUTHORITY } from '../site/certificates.js';
import type { HostileSite } from '../site/hostile-site.js';
import { PROGRAM } from '../support/program.js';
import type { Folder, Running } from '../support/program.js';

/** A case is at that address, where no server can be: it is named so that it is tried. */
const BROADCAST = 'http://127.255.255.255';

/** Every wait is short. `--concurrency` is for the test to say: few threads must wait for many slow hosts at once. */
const FLAGS = `--base ${BROADCAST} --scope any --profile web --timeout 3 --retries 1 --retry-delay 0.01 --json`;

/** What the site of steady cases is crawled with beside that. None takes a minute; one that would is to say where it was. */
export const STEADY = ['--sitemaps', '--exclude', '^/excluded/', '--max-time', '60'];

/** Starts a crawl that trusts the site's certificate authority. */
export function startCrawl(
  folder: Folder,
  { seeds }: Pick<HostileSite, 'seeds'>,
  file: string,
  flags: readonly string[],
): Running {
  const authority = folder.file('authority.pem');
  writeFileSync(authority, AUTHORITY);
  const named = seeds.flatMap((seed) => ['--seed', seed]);
  const args = [PROGRAM, ...named, '--db', file, ...FLAGS.split(' '), ...flags];
  return folder.spawn(process.execPath, args, { NODE_EXTRA_CA_CERTS: authority });
}

/** The part of the summary that these tests look at. */
export interface CrawlSummary {
  readonly peakMemoryBytes: number;
  readonly elapsedMs: number;
  readonly patterns: readonly {
    readonly pattern: string;
    readonly variants: number;
    readonly heldBack: number;
  }[];
  readonly heldBackByHost: number;
  readonly hostsGivenUp: readonly { readonly host: string; readonly code: string }[];
}

/** Crawls to the end. */
export async function crawlSite(
  folder: Folder,
  site: Pick<HostileSite, 'seeds'>,
  file: string,
  flags: readonly string[],
): Promise<{ status: number | null; stderr: string; summary: CrawlSummary }> {
  const { status, stdout, stderr } = await startCrawl(folder, site, file, flags).ended;
  if (stdout === '') throw new Error(`no summary: ${stderr}`);
  return { status, stderr, summary: JSON.parse(stdout) as CrawlSummary };
}
