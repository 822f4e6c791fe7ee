/**
 * Which host names are the user's own machines by their text alone. Looks nothing up: a name is public
 * even if it resolves to a private address.
 */
import { bareHost, kindOfAddress } from './addresses.js';

/**
 * Whether a host is one's own by its text: a literal address that is not public (url/addresses.ts; an IPv4
 * address carried by IPv6 counts as itself), `localhost`, or a name under `.localhost`. Every other name is
 * public. Never throws.
 *
 * @param hostname as WHATWG URL serialises it, IPv6 with or without brackets
 * @see   RFC 6890 (addresses), RFC 6761 §6.3 (`localhost`)
 */
export function isPrivateHost(hostname: string): boolean {
  const name = hostname.toLowerCase();
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  return kindOfAddress(bareHost(name)) !== 'public';
}
