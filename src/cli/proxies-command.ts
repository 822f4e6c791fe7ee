/** `proxies check` on the command line: try proxies before a crawl depends on them. */
import { UsageError } from '../errors.js';
import { CHECK_URL } from '../proxies/names.js';
import type { Flag } from './flag.js';
import { COMMON_FLAGS, CRAWL_FLAGS, outputSwitch, PROXIES_FLAG, PROXY_FLAG } from './flags.js';
import type { Grammar } from './grammar.js';

export interface ProxiesCommand {
  readonly command: 'proxies';
  readonly proxy: readonly string[];
  /** As typed: a file, or the name of a provider; null = not given. */
  readonly proxies: string | null;
  /** What to ask for. */
  readonly url: string;
  /** Files of certificate authorities. */
  readonly ca: readonly string[];
  /** For one try. */
  readonly timeoutSeconds: number;
  readonly retries: number;
  /** One object on standard output instead of a table. */
  readonly json: boolean;
  readonly progress: boolean;
}

const URL_FLAG: Flag = {
  name: 'url',
  option: 'url',
  kind: 'text',
  placeholder: '<url>',
  unit: 'URL',
  default: { text: CHECK_URL, value: CHECK_URL },
  group: PROXY_FLAG.group,
  help: 'What to ask for. Any answer but a 5xx is good.',
  resumable: 'free',
};

const TIMEOUT_FLAG: Flag = { ...crawlFlag('timeout'), help: 'Time for one try.' };
const RETRIES_FLAG: Flag = { ...crawlFlag('retries'), default: { text: '5', value: 5 } };

export const PROXIES: Grammar<ProxiesCommand> = {
  name: 'proxies',
  usage: 'proxies check [options]',
  summary: 'try proxies, all side by side',
  description: [
    'Asks for one page through every proxy, all of them side by side, and prints how long each took and whether it is good. Proxies are named as for a crawl: --proxy, --proxies, or the environment. Keys of providers stand in WEBSHARE_API_KEY, and in IPROYAL_API_KEY and IPROYAL_ORDER_ID.',
    'Exits with 0 if all are good, else with 1.',
  ],
  flags: [
    PROXY_FLAG,
    PROXIES_FLAG,
    URL_FLAG,
    crawlFlag('ca'),
    TIMEOUT_FLAG,
    RETRIES_FLAG,
    outputSwitch('json', 'Print what was found as one JSON object.'),
    crawlFlag('no-progress'),
    ...COMMON_FLAGS,
  ],
  operands: ['check'],
  examples: [
    ['orbweaver proxies check --proxies proxies.json', 'every proxy in a file'],
    ['orbweaver proxies check --proxies proxyscrape --retries 0', 'the free list, one try each'],
  ],
  read(values, [action]) {
    if (action !== 'check')
      throw new UsageError(`proxies does not take the argument '${action}'`, {
        hint: 'Try orbweaver proxies check --help',
      });
    return {
      command: 'proxies',
      proxy: (values['proxy'] ?? []) as readonly string[],
      proxies: (values['proxies'] ?? null) as string | null,
      url: (values['url'] ?? CHECK_URL) as string,
      ca: (values['ca'] ?? []) as readonly string[],
      timeoutSeconds: (values['timeout'] ?? TIMEOUT_FLAG.default.value) as number,
      retries: (values['retries'] ?? RETRIES_FLAG.default.value) as number,
      json: values['--json'] === true,
      progress: values['--no-progress'] !== false,
    };
  },
};

function crawlFlag(name: string): Flag {
  const flag = CRAWL_FLAGS.find((candidate) => candidate.name === name);
  if (flag === undefined) throw new TypeError(`there is no flag ${name}`);
  return flag;
}
