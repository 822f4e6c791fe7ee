/** What both sides of a robots.txt must agree on: the thread that reads it and the rules made of it. */

/** The product token we answer to, whatever `--user-agent` says (RFC 9309 §2.2.1). */
export const ROBOTS_TOKEN = 'Orbweaver';

/** How much of a file is read, in bytes; the least RFC 9309 §2.5 allows. */
export const ROBOTS_MAX_BYTES = 500 * 1024;
