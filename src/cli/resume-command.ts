/** The command that goes on where a run stopped: what was typed, less what would undo or end the work. */
import { spell } from './flag.js';
import { CRAWL_FLAGS } from './flags.js';
import { redactCommandLine } from './redact.js';

/** What would start over, or do the same work twice. */
const NEVER_AGAIN: readonly string[] = ['--fresh', '--retry-failed'];

/**
 * @param program how this program is called, as words
 * @param argv    without node and the program's path
 * @param limit   a flag to leave out with its value, because the run has reached it; null = none
 * @returns as a shell reads it; null when it would show a secret, or the limit stands in the file of --config
 */
export function commandToGoOn(
  program: readonly string[],
  argv: readonly string[],
  limit: string | null,
): string | null {
  if (limit !== null && isGiven(argv, '--config') && !isGiven(argv, limit)) return null;
  const dropped = new Set(limit === null ? NEVER_AGAIN : [...NEVER_AGAIN, limit]);
  const isDropped = (arg = ''): boolean => dropped.has(arg.split('=', 1)[0] ?? '');
  const kept = argv.filter((arg, i) => {
    const before = argv[i - 1];
    const isValue = before !== undefined && isDropped(before) && takesValue(before) && !arg.startsWith('-');
    return !isDropped(arg) && !isValue;
  });
  const command = redactCommandLine([...program, ...kept]);
  return command.includes('***') ? null : command;
}

function isGiven(argv: readonly string[], flag: string): boolean {
  return argv.some((arg) => arg === flag || arg.startsWith(`${flag}=`));
}

/** Whether the value is an argument of its own. */
function takesValue(arg: string): boolean {
  return CRAWL_FLAGS.some((flag) => spell(flag) === arg && flag.kind !== 'switch');
}
