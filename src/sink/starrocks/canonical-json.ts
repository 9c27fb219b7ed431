const BLANKS = /[ \t\n\r]*/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORD = /true|false|null/y
const BACKSLASH = '\\'
const WHOLE = /^-?\d+$/

const [LEAST, MOST] = [-(2n ** 63n), 2n ** 64n - 1n]

/**
 * A JSON document in one form: without blanks, keys in order, the last one of those that are repeated, strings with the fewest escapes.
 * Whole numbers that fit into 64 bits keep their digits, as StarRocks keeps them; all others are doubles (reference/starrocks.md 1.4).
 *
 * Not by `JSON.parse` of the whole: it loses digits, and the V8 of Node 24.21 takes one key for another (`"\""` after `"\\"` was read).
 * @throws {SyntaxError} when the text is no JSON.
 */
export function canonicalJson(text: string): string {
  const reader = new JsonReader(text)
  const canonical = reader.value()
  reader.end()
  return canonical
}

class JsonReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  value(): string {
    this.#take(BLANKS)
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object()
      case '[':
        return this.#array()
      case '"':
        return JSON.stringify(this.#string())
      default:
        return this.#take(WORD) || numberText(this.#take(NUMBER) || this.#fail())
    }
  }

  end(): void {
    this.#take(BLANKS)
    if (this.#at < this.#text.length) this.#fail()
  }

  #object(): string {
    const members = new Map<string, string>()
    this.#list('{', '}', () => {
      this.#take(BLANKS)
      const key = this.#string()
      this.#skip(':')
      members.set(key, this.value())
    })
    const sorted = [...members].toSorted(([a], [b]) => (a < b ? -1 : 1))
    return `{${sorted.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`
  }

  #array(): string {
    const items: string[] = []
    this.#list('[', ']', () => items.push(this.value()))
    return `[${items.join(',')}]`
  }

  #list(open: string, close: string, item: () => void): void {
    this.#skip(open)
    this.#take(BLANKS)
    if (this.#text[this.#at] !== close) {
      item()
      for (this.#take(BLANKS); this.#text[this.#at] === ','; this.#take(BLANKS)) {
        this.#skip(',')
        item()
      }
    }
    this.#skip(close)
  }

  #string(): string {
    const start = this.#at
    if (this.#text[start] !== '"') this.#fail()
    let end = start + 1
    // No pattern: strings can have megabytes.
    for (; this.#text[end] !== '"'; end++) {
      if (end >= this.#text.length) this.#fail()
      if (this.#text[end] === BACKSLASH) end++
    }
    this.#at = end + 1
    const decoded: unknown = JSON.parse(this.#text.slice(start, this.#at))
    return String(decoded)
  }

  /** The part of the text that the pattern matches here; empty when it does not. */
  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const [found = ''] = pattern.exec(this.#text) ?? []
    this.#at += found.length
    return found
  }

  #skip(character: string): void {
    this.#take(BLANKS)
    if (this.#text[this.#at] !== character) this.#fail()
    this.#at++
  }

  #fail(): never {
    throw new SyntaxError(`no JSON at character ${this.#at}`)
  }
}

function numberText(text: string): string {
  if (!WHOLE.test(text)) return String(Number(text) + 0)
  const whole = BigInt(text)
  return whole < LEAST || whole > MOST ? String(Number(text)) : String(whole)
}
