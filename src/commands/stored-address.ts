/** Addresses as they are typed for a crawl that is in a file: a path is one on the site of its seeds. */
import type { StoredRule } from '../config/fixed-settings.js';
import { UsageError } from '../errors.js';
import { type CanonicalUrl, originOf } from '../url/canonicalise.js';
import { isPath, parseAddress } from '../url/seed.js';
import { compileStripParams } from '../url/strip-params.js';

/**
 * The key of an address.
 *
 * @param instead what else could be given where a path cannot be completed, for the hint
 * @throws UsageError for an address that is none, or a path where the seeds are on no site or on several
 */
export function storedKey(
  address: string,
  { seeds, stripParams }: StoredRule,
  instead = 'the key of a task',
): CanonicalUrl {
  const [origin, ...others] = new Set(seeds.map(originOf));
  if (isPath(address) && origin === undefined)
    throw new UsageError(`'${address}' is a path, and the file holds no crawl`, {
      hint: `give the whole URL, or ${instead}`,
    });
  if (isPath(address) && others.length > 0) {
    const sites = [origin, ...others].join(', ');
    throw new UsageError(`'${address}' is a path, and the seeds are on ${others.length + 1} sites`, {
      hint: `give the whole URL; the sites are ${sites}`,
    });
  }
  return compileStripParams(stripParams)(parseAddress('URL', address, origin ?? 'https://example.org')).key;
}
