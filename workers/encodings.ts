/**
 * Encodings that are not plain UTF-8, by packages that a thread takes a sixth of its start to load: decode.ts asks for this
 * file with the first page that needs it.
 */
import { labelToName, legacyHookDecode, TextDecoder } from '@exodus/bytes/encoding.js';
import { percentEncodeAfterEncoding } from '@exodus/bytes/whatwg.js';
import sniffEncoding from 'html-encoding-sniffer';
import type { Options } from 'html-encoding-sniffer';

// Node 20's own TextDecoder is wrong for windows-1252 and the East Asian encodings.
export { legacyHookDecode, percentEncodeAfterEncoding, TextDecoder };

/**
 * The sniffer, made total: version 6 throws on a meta whose value ends right after "charset". Such a
 * meta names no encoding, nor did any before it (the sniffer would have returned), so they are masked
 * from the first on until the rest can be read.
 */
export function sniff(start: Uint8Array, options: Options): string {
  const bytes = Buffer.from(start);
  const metas = bytes.toString('latin1').matchAll(/<meta/gi);
  for (;;) {
    try {
      return sniffEncoding(bytes, options);
    } catch (thrown) {
      const meta = metas.next();
      if (meta.done === true) throw thrown;
      bytes[meta.value.index + 1] = 0x78;
    }
  }
}

/** The name of the encoding that a label of an XML declaration or a header names; null for none. */
export function encodingNamed(label: string): string | null {
  const name = labelToName(label.trim());
  return name?.startsWith('UTF-16') === true ? 'UTF-8' : name;
}
