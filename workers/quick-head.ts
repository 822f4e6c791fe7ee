/** The modes of the HTML standard before the body, as far as tags alone move them: what is in the head, and what ends it. */
import type { Bail } from './bails.js';
import { idOf, ROLE } from './tag-names.js';

/** In order; what stands before <html> and between it and <head> makes no difference here. */
const BEFORE_HEAD = 0;
const IN_HEAD = 1;
const HEAD_NOSCRIPT = 2;
const AFTER_HEAD = 3;
const BODY = 4;

const BR = idOf('br');
const BASE = idOf('base');

/** Follows one page up to its body. */
export class QuickHead {
  /** Whether the start tag last given is the <body> that opened the body. */
  isBodyTag = false;
  #mode = BEFORE_HEAD;

  /** Whether the body has begun; then nothing here is asked any more. */
  get isOver(): boolean {
    return this.#mode === BODY;
  }

  /** Whether the head has not begun. */
  get isAhead(): boolean {
    return this.#mode === BEFORE_HEAD;
  }

  /** Text that is not blank opens the body. Answers why it is left to parse5. */
  text(hasReference: boolean): Bail | null {
    if (this.#mode === HEAD_NOSCRIPT) return 'head noscript';
    if (hasReference) return 'head text';
    this.#mode = BODY;
    return null;
  }

  /** A start tag. Answers why it is left to parse5. */
  start(id: number, role: number): Bail | null {
    const isNoscript = this.#mode === HEAD_NOSCRIPT;
    switch (role) {
      case ROLE.html:
        return null;
      case ROLE.head:
        if (this.#mode === BEFORE_HEAD) this.#mode = IN_HEAD;
        return null;
      case ROLE.headVoid:
      case ROLE.headRaw:
      case ROLE.script:
      case ROLE.title:
        if (isNoscript && (id === BASE || role === ROLE.script || role === ROLE.title))
          return 'head noscript';
        if (this.#mode === BEFORE_HEAD) this.#mode = IN_HEAD;
        return null;
      case ROLE.noscript:
        this.#mode = this.#mode === AFTER_HEAD ? BODY : HEAD_NOSCRIPT;
        return null;
      default:
        if (isNoscript) return 'head noscript';
        this.#mode = BODY;
        this.isBodyTag = role === ROLE.body;
        return refusalOf(role);
    }
  }

  /** An end tag; where the body has begun by it, it counts there, too. Answers why it is left to parse5. */
  end(id: number, role: number): Bail | null {
    if (this.#mode === HEAD_NOSCRIPT) {
      if (role === ROLE.noscript) this.#mode = IN_HEAD;
      return id === BR ? 'head noscript' : null;
    }
    if (role === ROLE.head) this.#mode = AFTER_HEAD;
    if (role === ROLE.html || role === ROLE.body || id === BR) this.#mode = BODY;
    return null;
  }
}

/** Elements that no mode of the body can leave to the pass. */
export function refusalOf(role: number): Bail | null {
  switch (role) {
    case ROLE.foreign:
      return 'foreign content';
    case ROLE.template:
      return 'template';
    case ROLE.frames:
      return 'frames';
    case ROLE.plaintext:
      return 'plaintext';
    default:
      return null;
  }
}
