/** Where proxies come from: a list, lists by country, or somebody who sells or gives them away. */
import { type CheckOptions, type ProxyCheck, tryProxies } from './check.js';
import { allOf, checkProxies, proxiesFor, type ProxyMap } from './proxy-map.js';

/** A source of proxies. `crawl` takes one as its option `proxies`. */
export interface ProxyProvider {
  /** By country, two letters in lower case; `*` for any. With their passwords. */
  readonly proxies: ProxyMap;
  /** Those that the last `checkProxies` found bad; a crawl leaves them out. */
  readonly badProxies: readonly string[];
  /**
   * The next one in turn that is not known to be bad.
   *
   * @param country two letters in any case; where it has no list, that for any country serves
   * @returns null where there is none
   */
  getOneProxy(country?: string): string | null;
  /** Tries all of them side by side, and remembers which are bad. Never rejects. */
  checkProxies(options?: CheckOptions): Promise<readonly ProxyCheck[]>;
}

/**
 * Makes a provider of a list of URLs, or of lists by country.
 *
 * @throws UsageError naming the key and the entry that is wrong
 */
export function proxyProvider(proxies: readonly string[] | ProxyMap): ProxyProvider {
  return new FixedProxies(checkProxies(proxies, 'proxies'));
}

/** Proxies that are known. */
class FixedProxies implements ProxyProvider {
  readonly proxies: ProxyMap;
  #bad = new Set<string>();
  #next = 0;

  constructor(proxies: ProxyMap) {
    this.proxies = proxies;
  }

  get badProxies(): readonly string[] {
    return [...this.#bad];
  }

  getOneProxy(country?: string): string | null {
    const list = proxiesFor(this.proxies, country ?? null) ?? [];
    const good = list.filter((proxy) => !this.#bad.has(proxy));
    return good[this.#next++ % Math.max(1, good.length)] ?? null;
  }

  async checkProxies(options: CheckOptions = {}): Promise<readonly ProxyCheck[]> {
    const checks = await tryProxies(allOf(this.proxies), options);
    this.#bad = new Set(checks.filter(({ isGood }) => !isGood).map(({ proxy }) => proxy));
    return checks;
  }
}
