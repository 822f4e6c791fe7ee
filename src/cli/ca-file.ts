/** Reads files of certificate authorities, so that what is wrong with one is said before anything starts. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { unreadable, UsageError } from '../errors.js';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/**
 * The certificates in PEM files, each as text of its own. Whatever else is in a file, such as a key, is left out.
 *
 * @param label how messages call the flag: `--ca` or `ca`
 * @throws UsageError naming the flag and the file: it cannot be read, holds no certificate, or one that is broken
 */
export async function readAuthorities(label: string, files: readonly string[]): Promise<readonly string[]> {
  const texts = await Promise.all(files.map((file) => certificatesIn(label, file)));
  return [...new Set(texts.flat())];
}

async function certificatesIn(label: string, file: string): Promise<string[]> {
  const found = (await readText(label, file)).match(CERTIFICATE);
  if (found === null) throw new UsageError(`${label}: there is no PEM certificate in ${file}`);
  return found.map((text) => {
    try {
      return new X509Certificate(text).toString();
    } catch (cause) {
      throw new UsageError(`${label}: a certificate in ${file} cannot be read: ${reasonOf(cause)}`, {
        cause,
      });
    }
  });
}

async function readText(label: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw unreadable(label, file, cause, 'a PEM file');
  }
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
