/**
 * Which host names are the user's own machines by their text alone. Looks nothing up: a name is public
 * even if it resolves to a private address.
 */
import { type AddressRule, bareHost, isAddress, kindOfAddress } from './addresses.js';

/** Names that only a network of one's own gives a meaning to (RFC 6761, 6762, 8375; `internal` is reserved for that). */
const PRIVATE_NAME = /(^|\.)(localhost|local|internal|home\.arpa)$|^[^.]*$/;
/** Where clouds tell a machine its secrets, by name; see METADATA_ADDRESSES in addresses.ts. */
const METADATA_NAME =
  /^(metadata\.google\.internal|metadata\.goog|metadata\.tencentyun\.com|instance-data(\.ec2\.internal)?)$/;

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

/**
 * Whether a name may be asked for where somebody else looks it up, and its address is never seen: names that mean
 * a machine of that one's own network are refused.
 *
 * @param hostname as WHATWG URL serialises it
 * @returns null when it may, and for every address; else why not, for people
 */
export function refuseName(hostname: string, rule: AddressRule): string | null {
  const name = bareHost(hostname).toLowerCase().replace(/\.$/, '');
  if (isAddress(name)) return null;
  if (METADATA_NAME.test(name)) return `${name} is a name of cloud metadata, which is never asked for`;
  if (!PRIVATE_NAME.test(name) || rule.allowPrivate || rule.openHosts.has(bareHost(hostname))) return null;
  return `${name} is a private name, and neither a seed nor --base nor --allow-private opens it`;
}
