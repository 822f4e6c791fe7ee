/** Differences counted, and the first of each kind kept: what can be shown of any number of them. */
import { type Difference, type Field, FIELDS } from './differences.js';

export interface Counts {
  readonly pages: {
    readonly added: number;
    readonly gone: number;
    readonly changed: number;
    /** In both, but not crawled yet in one of them. */
    readonly open: number;
    /** Pages in which each field changed. */
    readonly changedFields: Readonly<Record<Field, number>>;
  };
  readonly links: {
    readonly added: number;
    readonly gone: number;
    /** Of those, links on pages that were read in both crawls. */
    readonly addedByEdit: number;
    readonly goneByEdit: number;
    /** On pages that are not crawled yet in the other crawl: not compared. */
    readonly openOld: number;
    readonly openNew: number;
  };
}

type Of<Kind extends Difference['kind']> = Extract<Difference, { kind: Kind }>;

export interface Kept {
  readonly pagesAdded: readonly Of<'page-added'>[];
  readonly pagesGone: readonly Of<'page-gone'>[];
  readonly pagesChanged: readonly Of<'page-changed'>[];
  /** Only those of pages that were read in both crawls. */
  readonly linksAdded: LinksByTarget;
  readonly linksGone: LinksByTarget;
}

/** A menu that changes is a link on every page: together they are one line. */
export interface LinksByTarget {
  /** URLs that these links lead to. */
  readonly targets: number;
  /** Those that most pages link to first. */
  readonly most: readonly LinksToOne[];
}

export interface LinksToOne {
  readonly to: string;
  /** How many pages such a link was added to, or is gone from. */
  readonly pages: number;
  /** The first of them. */
  readonly from: string;
}

/** Links to more URLs than that are counted, and not grouped: memory is bounded. */
const MAX_TARGETS = 100_000;

export class Tally {
  readonly #limit: number;
  readonly #counts = { added: 0, gone: 0, changed: 0, open: 0 };
  readonly #links = { added: 0, gone: 0, addedByEdit: 0, goneByEdit: 0, openOld: 0, openNew: 0 };
  readonly #fields = new Map<Field, number>();
  readonly #kept = new Map<Difference['kind'], Difference[]>();
  readonly #added = new Map<string, { pages: number; from: string }>();
  readonly #gone = new Map<string, { pages: number; from: string }>();

  /** @param limit how many of each kind are kept */
  constructor(limit: number) {
    this.#limit = limit;
  }

  add(difference: Difference): void {
    switch (difference.kind) {
      case 'page-added':
        this.#counts.added++;
        return this.#keep(difference);
      case 'page-gone':
        this.#counts.gone++;
        return this.#keep(difference);
      case 'page-changed':
        this.#counts.changed++;
        for (const { field } of difference.changes)
          this.#fields.set(field, (this.#fields.get(field) ?? 0) + 1);
        return this.#keep(difference);
      case 'page-open':
        this.#counts.open++;
        this.#links.openOld += difference.oldLinks;
        this.#links.openNew += difference.newLinks;
        return;
      case 'link-added':
        this.#links.added++;
        if (!difference.isEdit) return;
        this.#links.addedByEdit++;
        return group(this.#added, difference);
      case 'link-gone':
        this.#links.gone++;
        if (!difference.isEdit) return;
        this.#links.goneByEdit++;
        return group(this.#gone, difference);
      default:
        return difference satisfies never;
    }
  }

  counts(): Counts {
    // Every field has its figure.
    const fields = Object.fromEntries(FIELDS.map((field) => [field, this.#fields.get(field) ?? 0])) as Record<
      Field,
      number
    >;
    return { pages: { ...this.#counts, changedFields: fields }, links: { ...this.#links } };
  }

  kept(): Kept {
    // What is kept under a kind is of that kind.
    const of = <Kind extends Difference['kind']>(kind: Kind): Of<Kind>[] =>
      (this.#kept.get(kind) ?? []) as Of<Kind>[];
    return {
      pagesAdded: of('page-added'),
      pagesGone: of('page-gone'),
      pagesChanged: of('page-changed'),
      linksAdded: this.#mostLinked(this.#added),
      linksGone: this.#mostLinked(this.#gone),
    };
  }

  /** Whether the crawls differ at all: what is not crawled yet is no difference. */
  hasDifferences(): boolean {
    const { added, gone, changed } = this.#counts;
    return added + gone + changed + this.#links.added + this.#links.gone > 0;
  }

  #mostLinked(links: ReadonlyMap<string, { pages: number; from: string }>): LinksByTarget {
    const all = [...links].map(([to, { pages, from }]) => ({ to, pages, from }));
    // Stable: those of one number stay in the order in which they were found.
    return { targets: links.size, most: all.sort((a, b) => b.pages - a.pages).slice(0, this.#limit) };
  }

  #keep(difference: Difference): void {
    const kept = this.#kept.get(difference.kind);
    if (kept === undefined) this.#kept.set(difference.kind, [difference]);
    else if (kept.length < this.#limit) kept.push(difference);
  }
}

function group(
  links: Map<string, { pages: number; from: string }>,
  { from, to }: Of<'link-added' | 'link-gone'>,
): void {
  const known = links.get(to);
  if (known !== undefined) known.pages++;
  else if (links.size < MAX_TARGETS) links.set(to, { pages: 1, from });
}
