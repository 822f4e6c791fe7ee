/** Colours for one stream, decided by the stream itself: picocolors alone looks at standard output. */
import pico from 'picocolors';

export type Paint = ReturnType<typeof pico.createColors>;

/** No colour at all. */
export const PLAIN: Paint = pico.createColors(false);

/**
 * Colours if the stream is a terminal, unless NO_COLOR says no; FORCE_COLOR says yes to any stream.
 *
 * @see https://no-color.org
 */
export function paintFor(
  stream: { readonly isTTY?: boolean | undefined },
  env: Readonly<Record<string, string | undefined>>,
): Paint {
  if (env['NO_COLOR']) return PLAIN;
  const isCapable = stream.isTTY === true && env['TERM'] !== 'dumb';
  return pico.createColors(Boolean(env['FORCE_COLOR']) || isCapable);
}
