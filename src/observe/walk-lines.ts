/** What walkers do, a line each, for people and for programs. Titles and addresses are made printable here. */
import type { WalkEvent, WalkerStand } from '../walk/events.js';
import type { PageName } from '../walk/walkers.js';
import { printable, printableJson } from './printable.js';
import { plural } from './quantity.js';

/** Longest title that is shown, characters. */
const TITLE_SHOWN = 100;

/** `[walker 1] Kevin Bacon → Footloose`. */
export function walkLine(event: WalkEvent): string {
  const name = `[walker ${event.walker}]`;
  switch (event.kind) {
    case 'step':
      return `${name} ${event.from === null ? '' : `${nameOf(event.from)} → `}${nameOf(event.page)}`;
    case 'back':
      return `${name} back to ${nameOf(event.page)}`;
    case 'end':
      return `${name} ${endOf(event)}`;
    default:
      return event satisfies never;
  }
}

/** The same as one JSON object, without a newline. */
export function walkJson(event: WalkEvent): string {
  return printableJson(JSON.stringify(event));
}

/** Where one walker stands, for the summary. */
export function standLine({ walker, seed, steps, page, ended }: WalkerStand): string {
  if (page === null) return `walker ${walker}: no page to start from at ${printable(seed)}`;
  const then = ended === 'nowhere' ? ', then nowhere left to go; last' : ', now';
  return `walker ${walker}: ${plural(steps, 'step')}${then} at ${nameOf(page)}`;
}

function endOf({ reason, steps, seed, detail }: WalkEvent & { kind: 'end' }): string {
  if (reason === 'no-page')
    return `ends: ${printable(seed)} led to no page${detail === null ? '' : ` (${printable(detail, 200)})`}`;
  return `ends after ${plural(steps, 'step')}: nothing is left to visit that its way leads to`;
}

/** Pages without a title are called by their address. */
function nameOf({ title, url }: PageName): string {
  const text = printable(title ?? '', TITLE_SHOWN).trim();
  return text === '' ? printable(url) : text;
}
