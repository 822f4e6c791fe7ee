/** `proxies check`: tries every proxy and prints what came of it. */
import type cliProgress from 'cli-progress';
import { readAuthorities } from '../cli/ca-file.js';
import { EXIT } from '../cli/exit-status.js';
import type { ProxiesCommand } from '../cli/proxies-command.js';
import { resolveProxies } from '../config/proxies.js';
import { UsageError } from '../errors.js';
import { printable } from '../observe/printable.js';
import { formatNumber } from '../observe/quantity.js';
import { type ProxyCheck, tryProxies } from '../proxies/check.js';
import { type ProxyPlan, proxiesOf } from '../proxies/plan.js';
import { ANY_COUNTRY } from '../proxies/proxy-map.js';
import { withoutPassword } from '../proxies/proxy-url.js';
import type { Invocation } from './invocation.js';

/** A line of the table. */
interface Row {
  /** Without its password. */
  readonly proxy: string;
  readonly countries: readonly string[];
  readonly isGood: boolean;
  readonly latencyMs: number | null;
  readonly tries: number;
  readonly detail: string | null;
}

/** Answers 0 when all are good, 1 when one is not. */
export async function proxiesCommand(command: ProxiesCommand, invocation: Invocation): Promise<number> {
  const { stdout, env } = invocation;
  const plan = await resolveProxies(command, { proxy: '--proxy', proxies: '--proxies' }, env);
  if (plan === null)
    throw new UsageError('there is no proxy to check', {
      hint: 'name some with --proxy, --proxies or HTTP_PROXY',
    });
  const url = URL.parse(command.url);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`--url must be an http(s) URL, got '${command.url}'`);
  const ca = await readAuthorities('--ca', command.ca);
  const checks = await checkWatched(proxiesOf(plan), { ...command, url: url.href, ca }, invocation);
  const rows = checks.map((check) => rowOf(check, plan));
  stdout.write(command.json ? `${JSON.stringify({ url: url.href, proxies: rows })}\n` : table(rows));
  return rows.every(({ isGood }) => isGood) ? EXIT.finished : EXIT.incomplete;
}

async function checkWatched(
  proxies: readonly string[],
  options: Pick<ProxiesCommand, 'url' | 'ca' | 'timeoutSeconds' | 'retries' | 'progress'>,
  { stderr }: Invocation,
): Promise<readonly ProxyCheck[]> {
  const bar = options.progress && stderr.isTTY === true ? await startBar(proxies.length, stderr) : null;
  let good = 0;
  try {
    return await tryProxies(proxies, {
      ...options,
      onChecked: ({ isGood }) => {
        if (isGood) good++;
        bar?.increment(1, { good: formatNumber(good) });
      },
    });
  } finally {
    bar?.stop();
  }
}

/** Loaded where there is a terminal to show it on. */
async function startBar(total: number, stream: NodeJS.WritableStream): Promise<cliProgress.SingleBar> {
  const { default: progress } = await import('cli-progress');
  const format = 'checking [{bar}] {value}/{total}, {good} good';
  const bar = new progress.SingleBar({ format, stream, hideCursor: true }, progress.Presets.legacy);
  bar.start(total, 0, { good: '0' });
  return bar;
}

function rowOf({ proxy, ...check }: ProxyCheck, plan: ProxyPlan): Row {
  const lists = [plan.http, plan.https].flatMap((map) => Object.entries(map ?? {}));
  const countries = lists
    .filter(([country, list]) => country !== ANY_COUNTRY && list.includes(proxy))
    .map(([country]) => country);
  return { proxy: withoutPassword(proxy), countries: [...new Set(countries)], ...check };
}

function table(rows: readonly Row[]): string {
  const cells = rows.map(({ proxy, countries, isGood, latencyMs, detail }) => [
    printable(proxy),
    countries.join(' ') || ANY_COUNTRY,
    latencyMs === null ? '–' : `${formatNumber(latencyMs)} ms`,
    isGood ? 'good' : `bad: ${printable(detail ?? '')}`,
  ]);
  const all = [['proxy', 'country', 'latency', 'verdict'], ...cells];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  '));
  const good = rows.filter(({ isGood }) => isGood).length;
  return `${lines.join('\n')}\n${formatNumber(good)} of ${formatNumber(rows.length)} are good\n`;
}
