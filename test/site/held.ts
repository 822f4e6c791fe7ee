/**
 * A page that holds its thread: one link of it takes a pattern of the user's for ever, and nobody can ask the
 * thread to stop. It fails alone, after `--parse-timeout`; what shared its thread is asked for again.
 */
import { each, page, paths } from '../support/site.js';
import { done, failed, PLAIN, PLAIN_TITLE } from './case.js';
import type { Case, Part } from './case.js';
import type { Network } from './network.js';

/** For `--exclude`: backtracks without end over a path of its letter that ends with another. */
export const HOLDING_PATTERN = '^/held/(h+)+$';
const ENDLESS = `/held/${'h'.repeat(60)}!`;
const BESIDE = paths(12, '/beside/');

/** Starts the host of this topic. */
export async function openHeld(network: Network): Promise<Part> {
  const { origin } = await network.site({
    '/holds': page([ENDLESS]),
    ...each(BESIDE, { body: PLAIN, afterMs: 200 }),
  });
  const caseAt = (name: string, path: string, expect: Case['expect']): Case => ({
    name: `held: ${name}`,
    url: origin + path,
    expect,
    isLinked: true,
  });
  return {
    topic: 'held',
    cases: [
      caseAt('the page that holds its thread', '/holds', failed('decode')),
      ...BESIDE.map((path) => caseAt(path, path, done({ title: PLAIN_TITLE }))),
    ],
    never: [origin + ENDLESS],
  };
}
