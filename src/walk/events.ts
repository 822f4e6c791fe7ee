/** What a walk tells those who watch. Titles and addresses are the site's: escape before printing. */
import type { Move, PageName, WalkerEnd } from './walkers.js';

/** A walker has reached a page nobody had visited, or its first one. */
export interface WalkStep {
  readonly kind: 'step';
  /** From 1, in the order of the seeds. */
  readonly walker: number;
  /** 0 = the start. */
  readonly step: number;
  readonly move: Move;
  readonly page: PageName;
  /** The page whose link was chosen; null at the start. */
  readonly from: PageName | null;
  /** The address chosen, where that was redirected. */
  readonly via: string | null;
}

export type WalkEvent =
  | WalkStep
  /** Nothing leads on; it goes back to a page of its trail that has a choice left. */
  | { readonly kind: 'back'; readonly walker: number; readonly page: PageName }
  /** It cannot go on. `detail`: why its seed led to no page. */
  | {
      readonly kind: 'end';
      readonly walker: number;
      readonly seed: string;
      readonly reason: WalkerEnd;
      readonly steps: number;
      readonly detail: string | null;
    };

/** What a walk has come to when a run is over. */
export interface WalkStand {
  /** Where its choices come from. */
  readonly rngSeed: number;
  /** Whether the same number gives the same walk again: it moves in rounds, or there is but one walker. */
  readonly isRepeatable: boolean;
  readonly walkers: readonly WalkerStand[];
}

/** Where a walker stands when a run is over. */
export interface WalkerStand {
  readonly walker: number;
  readonly seed: string;
  readonly steps: number;
  /** The last page it reached; null = none. */
  readonly page: PageName | null;
  /** `steps`: it has taken all it was to take; null = it was stopped. */
  readonly ended: WalkerEnd | 'steps' | null;
}
