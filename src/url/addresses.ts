/**
 * Which network addresses may be connected to. Pure: tables of addresses, and the decision about one of them;
 * whoever opens a connection asks here about the very address it is about to use.
 */
import { BlockList, isIPv4, isIPv6 } from 'node:net';

/**
 * Not reachable from the public internet, or not meant to be: the IANA special-purpose address registries
 * (RFC 6890) as far as they say so, and multicast. An IPv4 range stands for every form of IPv6 that carries it too.
 */
const PRIVATE_RANGES = [
  ['0.0.0.0', 8], // "this host", RFC 1122 §3.2.1.3: connecting to it reaches the machine itself
  ['10.0.0.0', 8], // RFC 1918
  ['100.64.0.0', 10], // shared address space, RFC 6598
  ['127.0.0.0', 8], // loopback, RFC 1122 §3.2.1.3
  ['169.254.0.0', 16], // link-local, RFC 3927
  ['172.16.0.0', 12], // RFC 1918
  ['192.0.0.0', 24], // protocol assignments, RFC 6890
  ['192.0.2.0', 24], // documentation, RFC 5737
  ['192.88.99.0', 24], // 6to4 relays, RFC 7526
  ['192.168.0.0', 16], // RFC 1918
  ['198.18.0.0', 15], // benchmarking, RFC 2544
  ['198.51.100.0', 24], // documentation, RFC 5737
  ['203.0.113.0', 24], // documentation, RFC 5737
  ['224.0.0.0', 4], // multicast, RFC 5771
  ['240.0.0.0', 4], // reserved, RFC 1112 §4, and 255.255.255.255
  ['::', 128], // unspecified, RFC 4291 §2.5.2: as 0.0.0.0
  ['::1', 128], // loopback, RFC 4291 §2.5.3
  ['64:ff9b:1::', 48], // local translation to IPv4, RFC 8215
  ['100::', 64], // discard-only, RFC 6666
  ['100:0:0:1::', 64], // dummy prefix, RFC 9780
  ['2001::', 23], // protocol assignments, RFC 2928; Teredo among them
  ['2001:db8::', 32], // documentation, RFC 3849
  ['3fff::', 20], // documentation, RFC 9637
  ['5f00::', 16], // segment routing, RFC 9602
  ['fc00::', 7], // unique local, RFC 4193
  ['fe80::', 10], // link-local, RFC 4291 §2.5.6
  ['fec0::', 10], // site-local, RFC 3879
  ['ff00::', 8], // multicast, RFC 4291 §2.7
] as const;

/**
 * Where clouds tell a machine its secrets. Whoever can make the crawler ask there has them, so nobody can:
 * neither a seed nor --allow-private opens these. Providers not named here use the first one.
 */
const METADATA_ADDRESSES = [
  '169.254.169.254', // AWS, Azure, Google, Oracle, DigitalOcean, OpenStack and most others
  'fd00:ec2::254', // AWS
  'fd20:ce::254', // Google
  'fe80::a9fe:a9fe', // OpenStack
  '169.254.170.2', // AWS ECS: credentials of a task
  '169.254.170.23', // AWS EKS: credentials of a pod
  'fd00:ec2::23', // AWS EKS
  '100.100.100.200', // Alibaba
  '192.0.0.192', // Oracle, older machines
  '168.63.129.16', // Azure WireServer, a public address that no public host has
  '169.254.0.23', // Tencent
  '169.254.42.42', // Scaleway
  'fd00:42::42', // Scaleway
] as const;

/** What carries an IPv4 address in its last 32 bits: mapped, compatible, translated (RFC 2765), NAT64 (RFC 6052). */
const IPV4_CARRIERS = ['::ffff:', '::', '::ffff:0:', '64:ff9b::'] as const;

/** Made when the first address of a family is asked about: that takes a thread longer than its first request. */
const tables: Record<Family, () => Tables> = { ipv4: onFirstUse('ipv4'), ipv6: onFirstUse('ipv6') };

export type AddressKind = 'public' | 'private' | 'metadata';

/**
 * What an address is for. Whatever is no address at all is public.
 *
 * @param address IPv4 or IPv6 in any spelling, without brackets; a zone is no part of it
 */
export function kindOfAddress(address: string): AddressKind {
  // The block list refuses a zone.
  const bare = address.split('%', 1)[0] ?? '';
  if (!isAddress(bare)) return 'public';
  const family = familyOf(bare);
  const { metadata, closed } = tables[family]();
  if (metadata.check(bare, family)) return 'metadata';
  return closed.check(bare, family) ? 'private' : 'public';
}

/**
 * Whether a text is an IPv4 or IPv6 address. The platform's `isIP` asks of every name whether it is IPv6, too, and the
 * pattern for that takes 5 ms to make, in each thread.
 */
export function isAddress(text: string): boolean {
  return familyOf(text) === 'ipv6' ? isIPv6(text) : isIPv4(text);
}

/** What is opened beyond the public internet. */
export interface AddressRule {
  /** Hosts whose private addresses may be connected to, as WHATWG URL serialises them but for brackets. */
  readonly openHosts: ReadonlySet<string>;
  /** The same for all hosts. */
  readonly allowPrivate: boolean;
}

/**
 * Whether a host may be connected to at one of its addresses. Never throws.
 *
 * @param hostname as in a URL, IPv6 with or without brackets
 * @param address  what the name stands for now; the host itself where that is an address
 * @returns null when it may, else why not, for people
 */
export function refuseAddress(hostname: string, address: string, rule: AddressRule): string | null {
  const kind = kindOfAddress(address);
  switch (kind) {
    case 'public':
      return null;
    case 'metadata':
      return `${address} is a cloud metadata address, which is never connected to`;
    case 'private':
      return rule.allowPrivate || rule.openHosts.has(bareHost(hostname))
        ? null
        : `${address} is a private address, and neither a seed nor --base nor --allow-private opens it`;
    default:
      return kind satisfies never;
  }
}

/** A host without the brackets that an IPv6 address has in a URL. */
export function bareHost(hostname: string): string {
  return hostname.startsWith('[') && hostname.endsWith(']') ? hostname.slice(1, -1) : hostname;
}

type Family = 'ipv4' | 'ipv6';

/** Of what is an address. */
function familyOf(address: string): Family {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}

/** What addresses of one family are looked up in. */
interface Tables {
  readonly metadata: BlockList;
  readonly closed: BlockList;
}

function onFirstUse(family: Family): () => Tables {
  let made: Tables | null = null;
  return () => (made ??= tablesOf(family));
}

function tablesOf(family: Family): Tables {
  const made = { metadata: new BlockList(), closed: new BlockList() };
  for (const [prefix, bits] of PRIVATE_RANGES) addRange(made.closed, family, prefix, bits);
  for (const address of METADATA_ADDRESSES)
    addRange(made.metadata, family, address, familyOf(address) === 'ipv6' ? 128 : 32);
  return made;
}

/** A range as far as addresses of this family are in it: an IPv4 range has forms of both. */
function addRange(list: BlockList, family: Family, prefix: string, bits: number): void {
  const isIpv4 = familyOf(prefix) === 'ipv4';
  if (family === 'ipv4') {
    if (isIpv4) list.addSubnet(prefix, bits, family);
    return;
  }
  if (!isIpv4) return list.addSubnet(prefix, bits, family);
  for (const carrier of IPV4_CARRIERS) list.addSubnet(carrier + prefix, 96 + bits, family);
  list.addSubnet(in6to4(prefix), 16 + bits, family);
}

/** The 6to4 prefix of an IPv4 address: it stands right behind 2002 (RFC 3056 §2). */
function in6to4(address: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  return `2002:${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}::`;
}
