/** A part of a condition that was written in a friendlier way than CEL has. */
interface Replacement {
  readonly pattern: RegExp
  readonly to: (written: string) => string
}

const REPLACEMENTS: readonly Replacement[] = [
  { pattern: /^\d+(?:\.\d+)?(?:ms|s|m|h|d)(?:\d+(?:ms|s|m|h|d))*(?![\w.])/, to: (written) => `"${written}"` },
  { pattern: /^and(?!\w)/, to: () => '&&' },
  { pattern: /^or(?!\w)/, to: () => '||' },
  { pattern: /^not(?!\w)\s*/, to: () => '!' },
]

/** What is taken over unchanged: a quoted text, a name or number, or any other character. */
const UNCHANGED = /^(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[A-Za-z_]\w*|\d+(?:\.\d+)?|[\s\S])/

/** A condition in the spelling of CEL, and where each offset of it stands in what was written. */
export interface CelText {
  readonly text: string
  writtenOffset(offset: number): number
}

/** Reads `4h` as `"4h"` and the words `and`, `or`, `not` as their signs, so that both spellings work. Pure. */
export function toCel(written: string): CelText {
  let text = ''
  const offsets: number[] = []
  for (let at = 0; at < written.length;) {
    const rest = written.slice(at)
    const replacement = REPLACEMENTS.find(({ pattern }) => pattern.test(rest))
    const pattern = replacement?.pattern ?? UNCHANGED
    const [part = rest] = pattern.exec(rest) ?? []
    const cel = replacement === undefined ? part : replacement.to(part)
    for (let index = 0; index < cel.length; index += 1) offsets.push(at + Math.min(index, part.length - 1))
    text += cel
    at += part.length
  }
  return { text, writtenOffset: (offset) => offsets[offset] ?? written.length }
}
