/**
 * Stands between the HTTP client and the network: no connection is opened to an address that url/addresses.ts
 * refuses. What is judged is the address that is about to be connected to, so it does not matter how a host was
 * spelt, what its name stood for a moment ago, or who redirected here.
 */
import dns from 'node:dns';
import type { LookupAddress, LookupOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { type AddressRule, bareHost, isAddress, refuseAddress } from '#src/url/addresses.js';
import { refuseName } from '#src/url/private-host.js';

/** Ends a request before there is a connection: its address is one we do not connect to. */
export class DeclinedError extends Error {
  override readonly name = 'DeclinedError';
}

/** Finds all addresses of a name, as `dns.lookup` does. */
export type Resolve = (
  hostname: string,
  options: LookupOptions & { readonly all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * A lookup for `net.connect` and `tls.connect` that answers only addresses that may be connected to. Where a
 * name has no other, the connection fails with a `DeclinedError`.
 */
export function guardLookup(rule: AddressRule, resolve: Resolve = dns.lookup): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return done(error, []);
      const open = addresses.filter(({ address }) => refuseAddress(hostname, address, rule) === null);
      const [first] = open;
      if (first === undefined) return done(declined(hostname, addresses, rule), []);
      // A connection that may try several addresses asks for all of them.
      if (options.all === true) done(null, open);
      else done(null, first.address, first.family);
    });
  };
}

/** Why a host that is an address itself, for which nobody looks anything up, may not be connected to; null = it may. */
export function declineLiteral(hostname: string, rule: AddressRule): DeclinedError | null {
  const address = bareHost(hostname);
  const refusal = isAddress(address) ? refuseAddress(hostname, address, rule) : null;
  return refusal === null ? null : new DeclinedError(refusal);
}

/**
 * Why a host may not be asked for through a proxy, which connects where nobody here sees it: what can be told by the
 * text of an address or a name. Null = it may.
 */
export function declineUnseen(hostname: string, rule: AddressRule): DeclinedError | null {
  const refusal = refuseName(hostname, rule);
  return refusal === null ? declineLiteral(hostname, rule) : new DeclinedError(refusal);
}

function declined(hostname: string, addresses: readonly LookupAddress[], rule: AddressRule): Error {
  const [first] = addresses;
  const refusal = first === undefined ? null : refuseAddress(hostname, first.address, rule);
  if (refusal !== null) return new DeclinedError(`${hostname}: ${refusal}`);
  return Object.assign(new Error(`${hostname} has no address`), { code: 'ENODATA' });
}
