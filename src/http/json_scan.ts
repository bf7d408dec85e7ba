/**
 * The grammar of JSON (RFC 8259), walked through once without making anything:
 * what it lets pass, `JSON.parse` parses, and in no other way than others would.
 *
 * @module
 */

/** What a text may hold. */
export interface JsonLimits {
  /** Arrays and objects within each other; a few hundred at most. */
  readonly maxDepth: number;
  /** Values: arrays and objects, and all that is in them. */
  readonly maxNodes: number;
  /** Of one object. */
  readonly maxKeys: number;
}

/** Throws; `at` is an index of the text. */
export type Refuse = (what: string, at: number) => never;

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const SMALL_E = 0x65;
const SMALL_F = 0x66;
const SMALL_N = 0x6e;
const SMALL_T = 0x74;
const SMALL_U = 0x75;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** A letter's capital differs in this bit. */
const CASE = 0x20;

const ESCAPED = '"\\/bfnrt';
const HEX = /^[0-9A-Fa-f]{4}$/;
/** A number of so few characters and without an exponent is within all limits. */
const PLAIN_LENGTH_MAX = 15;

/** Calls `refuse` for the first thing that is not accepted. */
export function scanJson(
  text: string,
  limits: JsonLimits,
  refuse: Refuse,
): void {
  new Scan(text, limits, refuse).all();
}

/** Is it one of the four characters that may stand between tokens? */
export function isSpace(code: number): boolean {
  return code === SPACE || code === LINE_FEED || code === CARRIAGE_RETURN ||
    code === TAB;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

/** The keys of one object: few have more than some, and those have a set. */
class Keys {
  readonly #few: string[] = [];
  #all: Set<string> | undefined;

  /** `false`: it is there already. */
  add(key: string): boolean {
    if (this.#all !== undefined) {
      const size = this.#all.size;
      return this.#all.add(key).size > size;
    }
    if (this.#few.includes(key)) return false;
    this.#few.push(key);
    if (this.#few.length > 8) this.#all = new Set(this.#few);
    return true;
  }
}

class Scan {
  readonly #text: string;
  readonly #limits: JsonLimits;
  readonly #refuse: Refuse;
  #at = 0;
  #nodes = 0;

  constructor(text: string, limits: JsonLimits, refuse: Refuse) {
    this.#text = text;
    this.#limits = limits;
    this.#refuse = refuse;
  }

  all(): void {
    this.#value(0);
    if (this.#at < this.#text.length) {
      this.#fail("there is something behind the value");
    }
  }

  #fail(what: string): never {
    return this.#refuse(what, this.#at);
  }

  /** The code of what comes next, which is not white space; NaN at the end. */
  #peek(): number {
    let code = this.#text.charCodeAt(this.#at);
    while (isSpace(code)) code = this.#text.charCodeAt(++this.#at);
    return code;
  }

  /** With the white space around it. */
  #value(depth: number): void {
    const code = this.#peek();
    if (++this.#nodes > this.#limits.maxNodes) {
      this.#fail(`there are more than ${this.#limits.maxNodes} values`);
    }
    if (code === QUOTE) this.#string();
    else if (code === OPEN_OBJECT) this.#object(this.#within(depth));
    else if (code === OPEN_ARRAY) this.#array(this.#within(depth));
    else if (code === MINUS || isDigit(code)) this.#number();
    else if (code === SMALL_T) this.#word("true");
    else if (code === SMALL_F) this.#word("false");
    else if (code === SMALL_N) this.#word("null");
    else this.#fail("there is no value");
    this.#peek();
  }

  #within(depth: number): number {
    if (depth >= this.#limits.maxDepth) {
      this.#fail(`it is more than ${this.#limits.maxDepth} deep`);
    }
    return depth + 1;
  }

  #word(word: string): void {
    if (!this.#text.startsWith(word, this.#at)) {
      this.#fail("there is no value");
    }
    this.#at += word.length;
  }

  #array(depth: number): void {
    this.#at++;
    if (this.#peek() === CLOSE_ARRAY) {
      this.#at++;
      return;
    }
    for (;;) {
      this.#value(depth);
      if (this.#ends(CLOSE_ARRAY)) return;
    }
  }

  #object(depth: number): void {
    this.#at++;
    if (this.#peek() === CLOSE_OBJECT) {
      this.#at++;
      return;
    }
    let first: string | undefined;
    let keys: Keys | undefined; // Most have one key, which needs no list.
    for (let count = 1;; count++) {
      if (this.#peek() !== QUOTE) this.#fail("there is no key");
      if (count > this.#limits.maxKeys) {
        this.#fail(`an object has more than ${this.#limits.maxKeys} keys`);
      }
      const start = this.#at;
      const key = this.#key();
      if (count === 2) {
        keys = new Keys();
        keys.add(first ?? "");
      }
      if (keys?.add(key) === false) {
        this.#at = start;
        this.#fail("a key is there twice");
      }
      first = key;
      if (this.#peek() !== COLON) this.#fail("there is no colon");
      this.#at++;
      this.#value(depth);
      if (this.#ends(CLOSE_OBJECT)) return;
    }
  }

  /** `true` behind the closing bracket, `false` behind a comma. */
  #ends(close: number): boolean {
    const code = this.#text.charCodeAt(this.#at);
    if (code !== close && code !== COMMA) {
      this.#fail("there is neither a comma nor a closing bracket");
    }
    this.#at++;
    return code === close;
  }

  /** A string, as it is without its escapes. */
  #key(): string {
    const start = this.#at;
    const hasEscapes = this.#string();
    return hasEscapes
      ? JSON.parse(this.#text.slice(start, this.#at))
      : this.#text.slice(start + 1, this.#at - 1);
  }

  /** Does it have escapes? */
  #string(): boolean {
    const text = this.#text;
    let hasEscapes = false;
    let at = this.#at + 1;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) break;
      if (code === BACKSLASH) {
        hasEscapes = true;
        this.#at = at;
        at = this.#escape();
      } else if (code >= SPACE) at++;
      else {
        this.#at = at;
        this.#fail(
          at < text.length
            ? "a string has a control character"
            : "a string has no end",
        );
      }
    }
    this.#at = at + 1;
    return hasEscapes;
  }

  /** Where it ends. */
  #escape(): number {
    const code = this.#text.charCodeAt(this.#at + 1);
    if (code !== SMALL_U) {
      const isKnown = ESCAPED.includes(this.#text.charAt(this.#at + 1));
      if (!isKnown || this.#at + 1 >= this.#text.length) {
        this.#fail("a string has an unknown escape");
      }
      return this.#at + 2;
    }
    const unit = this.#unit(this.#at);
    if (unit === undefined) this.#fail("a string has an unknown escape");
    if (unit < 0xd800 || unit > 0xdfff) return this.#at + 6;
    const low = this.#unit(this.#at + 6);
    if (unit > 0xdbff || low === undefined || low < 0xdc00 || low > 0xdfff) {
      this.#fail("a string has half a surrogate pair");
    }
    return this.#at + 12;
  }

  /** Of an escape with four digits; `undefined` if there is none. */
  #unit(at: number): number | undefined {
    if (!this.#text.startsWith("\\u", at)) return undefined;
    const digits = this.#text.slice(at + 2, at + 6);
    return HEX.test(digits) ? parseInt(digits, 16) : undefined;
  }

  #number(): void {
    const start = this.#at;
    if (this.#text.charCodeAt(this.#at) === MINUS) this.#at++;
    if (this.#text.charCodeAt(this.#at) === ZERO) this.#at++;
    else this.#digits();
    if (this.#text.charCodeAt(this.#at) === DOT) {
      this.#at++;
      this.#digits();
    }
    const hasExponent = (this.#text.charCodeAt(this.#at) | CASE) === SMALL_E;
    if (hasExponent) {
      const sign = this.#text.charCodeAt(++this.#at);
      if (sign === PLUS || sign === MINUS) this.#at++;
      this.#digits();
    }
    if (hasExponent || this.#at - start > PLAIN_LENGTH_MAX) {
      this.#checkNumber(start);
    }
  }

  #digits(): void {
    const start = this.#at;
    while (isDigit(this.#text.charCodeAt(this.#at))) this.#at++;
    if (this.#at === start) this.#fail("a number lacks a digit");
  }

  #checkNumber(start: number): void {
    const written = this.#text.slice(start, this.#at);
    const value = Number(written);
    const isLost = value === 0 && /^[^eE]*[1-9]/.test(written);
    if (Math.abs(value) <= Number.MAX_SAFE_INTEGER && !isLost) return;
    this.#at = start;
    this.#fail("a number is beyond 2^53 - 1, or too small to be kept");
  }
}
