/**
 * Which host names are the user's own machines by their text alone. Looks nothing up: a name is public
 * even if it resolves to a private address.
 */
import { BlockList, isIP } from 'node:net';

/** Prefixes of RFC 6890's registry that never leave the machine or the local network. */
const PRIVATE_RANGES = [
  ['0.0.0.0', 8], // "this host", RFC 1122 §3.2.1.3: connecting to it reaches the machine itself
  ['10.0.0.0', 8], // RFC 1918
  ['100.64.0.0', 10], // shared address space, RFC 6598
  ['127.0.0.0', 8], // loopback, RFC 1122 §3.2.1.3
  ['169.254.0.0', 16], // link-local, RFC 3927
  ['172.16.0.0', 12], // RFC 1918
  ['192.168.0.0', 16], // RFC 1918
  ['::', 128], // unspecified, RFC 4291 §2.5.2: as 0.0.0.0
  ['::1', 128], // loopback, RFC 4291 §2.5.3
  ['fc00::', 7], // unique local, RFC 4193
  ['fe80::', 10], // link-local, RFC 4291 §2.5.6
] as const;

const privateAddresses = new BlockList();
for (const [prefix, bits] of PRIVATE_RANGES) {
  privateAddresses.addSubnet(prefix, bits, prefix.includes(':') ? 'ipv6' : 'ipv4');
}

/**
 * Whether a host is one's own by its text: a literal loopback, private, link-local or unique-local
 * address (an IPv4 address mapped into IPv6 counts as itself), `localhost`, or a name under
 * `.localhost`. Every other name is public. Never throws.
 *
 * @param hostname as WHATWG URL serialises it, IPv6 with or without brackets
 * @see   RFC 6890 (addresses), RFC 6761 §6.3 (`localhost`)
 */
export function isPrivateHost(hostname: string): boolean {
  const name = hostname.toLowerCase();
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  const address = name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name;
  // A zone id is no part of the address, and the block list refuses it.
  const bare = address.split('%', 1)[0] ?? '';
  const family = isIP(bare);
  return family !== 0 && privateAddresses.check(bare, family === 6 ? 'ipv6' : 'ipv4');
}
