/**
 * Addresses that were resolved before: a site's pages repeat their navigation. Bounded, and exact – it holds only what
 * the folder of a base decides alone – so it may forget, but never answers otherwise than `parseTarget`.
 */
import { parsePlainTarget, parseTarget, type Target } from '#src/url/canonicalise.js';
import { copied } from '#src/url/copied.js';

/** Addresses of one generation; two are kept. Some 2 MB a thread. */
const KEPT = 4096;
/** Longer addresses are seldom repeated. */
const MAX_CHARS = 200;

/**
 * Relative to a folder, or absolute: not empty and no query or fragment alone, which take over the base's own; no colon
 * but that of http(s), as `http:x` is relative, too; ASCII without blanks, as it has to be copied out of its page.
 */
const BY_FOLDER = /^(?:https?:\/\/[\x21-\x7e]+|[\w./%~-][\x21-\x39\x3b-\x7e]*)$/i;

type Resolved = Map<string, Target | null>;

/** What one thread remembers. */
export class TargetMemory {
  #young = new Map<string, Resolved>();
  #old = new Map<string, Resolved>();
  #count = 0;

  /** Resolves as `parseTarget` does. Never throws. */
  resolve(address: string, base: string, folder: string | null): Target | null {
    const plain = parsePlainTarget(address, base);
    if (plain !== null) return plain;
    if (folder === null) return parseTarget(address, base);
    const known = this.#young.get(folder)?.get(address);
    if (known !== undefined) return known;
    return this.#missed(address, base, folder);
  }

  #missed(address: string, base: string, folder: string): Target | null {
    const known = this.#old.get(folder)?.get(address);
    const target = known === undefined ? parseTarget(address, base) : known;
    if (address.length > MAX_CHARS || !BY_FOLDER.test(address)) return target;
    if (this.#count === KEPT) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#count = 0;
    }
    const kept = target === null || known !== undefined ? target : targetCopied(target);
    this.#count += 1;
    const resolved = this.#young.get(folder);
    if (resolved === undefined) this.#young.set(folder, new Map([[copied(address), kept]]));
    else resolved.set(copied(address), kept);
    return kept;
  }
}

/**
 * What of a base decides about relative addresses, up to the last slash of its path; null where that is not certain
 * (no http(s), no path, dot segments in it).
 */
export function folderOf(base: string): string | null {
  const path = base.startsWith('http://') || base.startsWith('https://') ? base.indexOf('/', 8) : -1;
  if (path === -1 || base.includes('/.') || base.includes('\\')) return null;
  const end = base.search(/[?#]/);
  const slash = base.lastIndexOf('/', end === -1 ? base.length : end);
  return slash < path ? null : base.slice(0, slash + 1);
}

function targetCopied({ key, request }: Target): Target {
  // Sound: the same text.
  const own = copied(key) as Target['key'];
  return { key: own, request: request === key ? own : copied(request) };
}
