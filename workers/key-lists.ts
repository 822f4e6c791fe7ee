/**
 * The lists that the distinct keys of one page or sitemap are sorted into for its outcome: inside the scope, outside, by
 * host. Whether a key belongs to the crawl is url/scope.ts's to say.
 */
import type { Verdict } from '#src/protocol/outcome.js';
import { FailureError } from '#src/protocol/to-failure.js';
import { hostnameOf } from '#src/url/scope.js';

/**
 * Cap on the keys of one page, or one sitemap, together, in characters. A long `<base>` and a million short hrefs would
 * spell a page of 10 MiB out to gigabytes; 200,000 links of ordinary length stay below.
 */
const MAX_KEY_CHARS = 24 * 1024 * 1024;

/** 0 plain, 1 rel=nofollow, 2 page-level nofollow. */
export type Nofollow = 0 | 1 | 2;

/** Keeps the distinct keys of one page or sitemap below the cap. */
export class KeyCap {
  #chars = 0;

  /** @throws FailureError `too-large` where the keys spelt out would be many times the page */
  add(key: string): void {
    this.#chars += key.length;
    if (this.#chars > MAX_KEY_CHARS) throw tooManyLinks();
  }
}

type Three = readonly [string[], string[], string[]];

/** The lists being filled. */
export class KeyLists {
  readonly #keepOutside: boolean;
  readonly #inside: Three = [[], [], []];
  readonly #outside: Three = [[], [], []];
  readonly #hosts = new Map<string, number>();
  #filtered = 0;

  /** @param keepOutside whether keys outside the scope are sent by name, not only counted */
  constructor(keepOutside: boolean) {
    this.#keepOutside = keepOutside;
  }

  place(key: string, verdict: Verdict, nofollow: Nofollow): void {
    if (verdict === 'inside') this.#inside[nofollow].push(key);
    else if (verdict === 'filtered') this.#filtered += 1;
    else if (this.#keepOutside) this.#outside[nofollow].push(key);
    else this.countHost(key);
  }

  /** Counts a key for its host only. */
  countHost(key: string): void {
    const host = hostnameOf(key);
    this.#hosts.set(host, (this.#hosts.get(host) ?? 0) + 1);
  }

  /** Joined by newlines, by nofollow. */
  get inside(): [string, string, string] {
    return joined(this.#inside);
  }

  get outside(): [string, string, string] {
    return joined(this.#outside);
  }

  /** Lines of `host SPACE count`. */
  get outsideHosts(): string {
    let lines = '';
    for (const [host, count] of this.#hosts) lines += `${host} ${count}\n`;
    return lines;
  }

  get filtered(): number {
    return this.#filtered;
  }
}

function joined([plain, rel, page]: Three): [string, string, string] {
  return [plain.join('\n'), rel.join('\n'), page.join('\n')];
}

function tooManyLinks(): FailureError {
  const message = `links longer than ${MAX_KEY_CHARS} characters in all`;
  return new FailureError({ code: 'too-large', message });
}
