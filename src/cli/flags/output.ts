/** Flags that say what is shown. */
import type { Flag } from '../flag.js';
import { OFF } from './defaults.js';
import { GROUPS } from './groups.js';

/** In the order of help. */
export const OUTPUT_FLAGS: readonly Flag[] = [
  outputSwitch('fail-on-broken', 'Exit with 1 if a URL answered with a 4xx status.'),
  outputSwitch('quiet', 'Print nothing but errors.', 'q'),
  outputSwitch('verbose', 'Print a line for every page, with its thread number and title.', 'v'),
  outputSwitch('json', 'Print the summary as one JSON object on standard output.'),
  {
    ...outputSwitch('no-progress', 'Do not show progress.'),
    default: { text: 'progress is shown', value: true },
  },
];

/** `--help` and `--version`, which every command has. */
export const COMMON_FLAGS: readonly Flag[] = [
  outputSwitch('help', 'Print this help.', 'h'),
  outputSwitch('version', 'Print the version.', 'V'),
];

/** A switch of the command line that says what is shown; the library has no use for it. */
export function outputSwitch(name: string, help: string, short?: string): Flag {
  return {
    name,
    ...(short === undefined ? {} : { short }),
    option: null,
    kind: 'switch',
    default: OFF,
    group: GROUPS.output,
    help,
    resumable: 'free',
  };
}
