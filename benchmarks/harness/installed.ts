/** Which of the programs that can be compared are here, and which of them were asked for. */
import { SettingsError } from './settings.js';

interface Program {
  readonly name: string;
  /** As installed; null if it is not. */
  readonly version: () => string | null;
  /** How to get it, for a message. */
  readonly install: string;
}

export interface Installed<Peer> {
  readonly peers: readonly Peer[];
  /** What was left out. */
  readonly missing: readonly Peer[];
}

/**
 * @param text names with commas between them, or `all` for those that are installed
 * @throws SettingsError for a program that nobody knows, or that was asked for by name and is not installed
 */
export function installedOf<Peer extends Program>(all: readonly Peer[], text: string): Installed<Peer> {
  if (text !== 'all')
    return { peers: text.split(',').map((word) => peerNamed(all, word.trim())), missing: [] };
  const missing = all.filter(({ version }) => version() === null);
  for (const { name, install } of missing)
    process.stderr.write(`${name} is left out, it is not installed: ${install}\n`);
  return { peers: all.filter((peer) => !missing.includes(peer)), missing };
}

/** For the notes of a report. */
export function missingNotes(missing: readonly Program[]): string[] {
  return missing.map(({ name, install }) => `Not compared, as it was not installed: ${name} (${install}).`);
}

function peerNamed<Peer extends Program>(all: readonly Peer[], word: string): Peer {
  const peer = all.find((each) => asTyped(each) === word);
  if (peer === undefined)
    throw new SettingsError(
      `--peers does not know "${word}"; it takes "all" or some of ${all.map(asTyped).join(',')}`,
    );
  if (peer.version() === null)
    throw new SettingsError(`${peer.name} is not installed: ${peer.install}, or leave it out with --peers`);
  return peer;
}

function asTyped({ name }: Program): string {
  return name.replaceAll(/\W+/g, '-');
}
