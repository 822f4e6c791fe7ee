/** The command line as it may be stored: without what must stay secret. */
import { splitHeader } from '../protocol/header.js';
import { type Flag, spell } from './flag.js';
import { CRAWL_FLAGS } from './flags.js';

const HIDDEN = '***';

/**
 * User name and password of a URL, found as leniently as the URL standard does: any number of
 * slashes of either kind after the scheme. Rather too much is hidden than too little.
 */
const CREDENTIALS = /((?:[a-z][a-z0-9+.-]*:)?[\\/]{2,}|https?:[\\/]?)[^\\/?#]*@/gi;

const SECRET_FLAGS: ReadonlyMap<string, Flag> = new Map(
  CRAWL_FLAGS.filter(({ secret }) => secret).map((flag) => [spell(flag), flag]),
);

/**
 * The arguments as one line that a shell would read again, with the values of secret flags and the
 * credentials in URLs replaced by `***`.
 *
 * @param argv without node and the program's path
 */
export function redactCommandLine(argv: readonly string[]): string {
  return argv.map((arg, i) => quote(redact(arg, argv[i - 1]))).join(' ');
}

function redact(arg: string, before: string | undefined): string {
  const flag = SECRET_FLAGS.get(before ?? '');
  if (flag !== undefined) return hideValue(flag, arg);
  const equals = arg.indexOf('=');
  const name = arg.slice(0, Math.max(0, equals));
  const given = SECRET_FLAGS.get(name);
  if (given !== undefined) return `${name}=${hideValue(given, arg.slice(equals + 1))}`;
  return arg.replace(CREDENTIALS, `$1${HIDDEN}@`);
}

/** A header keeps its name, which tells a reader what was set; a URL its host. */
function hideValue({ kind }: Flag, value: string): string {
  if (kind !== 'header') return value.replace(/^([a-z0-9+.-]+:[\\/]+)?.*@/is, `$1${HIDDEN}@`);
  return value.includes(':') ? `${splitHeader(value)[0]}: ${HIDDEN}` : HIDDEN;
}

function quote(arg: string): string {
  // The stars of what is hidden are for people; any others a shell would take for a pattern.
  const plain = arg.replaceAll(HIDDEN, '');
  return /^[\w@%+=:,./~-]*$/.test(plain) && arg !== '' ? arg : `'${arg.replaceAll("'", `'\\''`)}'`;
}
