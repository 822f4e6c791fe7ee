/**
 * Which hosts are asked directly though there are proxies: `NO_PROXY`, read as curl reads it. Pure.
 */

interface Exception {
  /** Lower case, without brackets; it stands for its subdomains, too. */
  readonly host: string;
  /** '' = any. */
  readonly port: string;
}

/**
 * Makes a rule of a list such as `localhost,.example.org,10.0.0.1:8080`: a host stands for itself and all names below
 * it, a port narrows it, `*` alone is every host.
 *
 * @param list entries between commas or blanks; a leading dot makes no difference
 * @returns whether a URL is to be asked for directly
 */
export function compileNoProxy(list: string): (url: string) => boolean {
  const entries = list.split(/[\s,]+/).filter((entry) => entry !== '');
  if (entries.includes('*')) return () => true;
  if (entries.length === 0) return () => false;
  const exceptions = entries.map(parseEntry);
  return (url) => {
    const { protocol, hostname, port } = new URL(url);
    const host = bare(hostname);
    const usedPort = port || (protocol === 'https:' ? '443' : '80');
    return exceptions.some((exception) => isMeant(exception, host, usedPort));
  };
}

function parseEntry(entry: string): Exception {
  // More than one colon outside brackets is an IPv6 address.
  const [, host = entry, port = ''] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
  return { host: bare(host.replace(/^\*?\./, '')), port };
}

function isMeant({ host, port }: Exception, asked: string, usedPort: string): boolean {
  return (port === '' || port === usedPort) && (asked === host || asked.endsWith(`.${host}`));
}

function bare(host: string): string {
  return host.toLowerCase().replace(/^\[|\]$|\.$/g, '');
}
