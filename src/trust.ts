/** Whose word counts for a certificate when the user adds authorities to those of the platform. */
import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import type { SecureContext } from 'node:tls';

/** Newer than the types: Node 22.15 and 23.10 on. */
interface Platform {
  readonly getCACertificates?: (which: 'default') => string[];
}

/**
 * A context for `tls.connect` that trusts these authorities and all that Node trusts without us. Made once for all
 * connections, as reading that many certificates takes a while.
 *
 * @param authorities PEM texts
 */
export function trusting(authorities: readonly string[]): SecureContext {
  return tls.createSecureContext({ ca: [...platformRoots(), ...authorities] });
}

/** Naming authorities replaces all of Node's own, the user's NODE_EXTRA_CA_CERTS among them. */
function platformRoots(): readonly string[] {
  return (tls as Platform).getCACertificates?.('default') ?? [...tls.rootCertificates, ...extraRoots()];
}

function extraRoots(): readonly string[] {
  const file = process.env['NODE_EXTRA_CA_CERTS'];
  if (file === undefined || file === '') return [];
  try {
    return [readFileSync(file, 'utf8')];
  } catch {
    // Node has warned about it and goes on without; so do we.
    return [];
  }
}
