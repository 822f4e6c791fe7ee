/**
 * Takes unasked `100 Continue` answers out of what a server sends, as a client must (RFC 9110 §15.2); the HTTP
 * client we use takes one for a fault. It looks only where an answer begins.
 */

const PREFIXES = ['HTTP/1.1 100', 'HTTP/1.0 100'];
const END = '\r\n\r\n';
/** An interim answer has no headers to speak of; a longer one is left to the parser, which refuses it. */
const MAX_INTERIM_BYTES = 8 * 1024;

export class InterimFilter {
  /** Read, but not yet told from the beginning of an interim answer. */
  #held: Buffer = Buffer.alloc(0);

  /**
   * What of the next bytes goes on to the parser; null when none does.
   * @param isBeginning whether no byte of the final answer has come yet
   */
  pass(chunk: Buffer, isBeginning: boolean): Buffer | null {
    if (!isBeginning && this.#held.length === 0) return chunk;
    let bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = Buffer.alloc(0);
    while (isInterim(bytes)) {
      const end = bytes.indexOf(END, 0, 'latin1');
      if (end === -1 && bytes.length > MAX_INTERIM_BYTES) return bytes;
      if (end === -1) {
        this.#held = bytes;
        return null;
      }
      bytes = bytes.subarray(end + END.length);
    }
    return bytes.length === 0 ? null : bytes;
  }
}

/** Whether the bytes begin one, or may once more of them are there. */
function isInterim(bytes: Buffer): boolean {
  if (bytes.length === 0) return false;
  const start = bytes.toString('latin1', 0, PREFIXES[0]?.length);
  return PREFIXES.some((prefix) => prefix.startsWith(start));
}
