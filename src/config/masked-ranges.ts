import type { MaskedRange } from './config-problem.ts'
import type { Structure } from './declaration.ts'
import { structureBelow, textStructure } from './structure-at.ts'
import type { YamlNode } from './yaml-tree.ts'

const SECRET_LINE = /(?:pass|pwd|secret|token|webhook|credential|auth|key)[\w-]*["']?\s*:\s*(\S.*)/gi
const USER_INFO = /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"']*:([^\s"']*)@/gi
const USER_INFO_WITH_BLANKS = /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"']*:([^\n]*)@/gi

function scalarRanges(node: YamlNode & { readonly tag: 'text' }, source: string, secrecy: string): MaskedRange[] {
  const { start, end } = node.place
  const written = source.slice(start, end)
  if (secrecy === 'whole') return [{ start, end }]
  const scheme = written.indexOf('://')
  const at = written.lastIndexOf('@')
  const colon = scheme < 0 ? written.indexOf(':') : written.indexOf(':', scheme + 3)
  return colon >= 0 && at > colon ? [{ start: start + colon + 1, end: start + at }] : []
}

/** Where secrets stand in the file, and whatever stands where nothing is declared. */
function declaredRanges(node: YamlNode, structure: Structure | undefined, source: string): MaskedRange[] {
  switch (node.tag) {
    case 'empty':
      return []
    case 'list':
      return node.items.flatMap((item, index) => declaredRanges(item, structureBelow(structure, index), source))
    case 'map':
      return [...node.entries].flatMap(([name, entry]) => {
        return declaredRanges(entry.value, structureBelow(structure, name), source)
      })
    case 'text': {
      const scalar = textStructure(structure)
      if (scalar?.tag !== 'scalar') return [node.place]
      return scalar.secret === 'no' ? [] : scalarRanges(node, source, scalar.secret)
    }
  }
}

function capturedRanges(source: string, expression: RegExp): MaskedRange[] {
  return [...source.matchAll(expression)].map((match) => {
    const end = match.index + match[0].length - (match[0].endsWith('@') ? 1 : 0)
    return { start: end - (match[1]?.length ?? 0), end }
  })
}

/** A reference shows where a secret is kept, not what it is. */
function isReference(range: MaskedRange, source: string): boolean {
  return /^["']?\$\{[^}]*\}["']?$/.test(source.slice(range.start, range.end))
}

/**
 * The parts of the file that excerpts hide: declared secrets, values of unknown keys, and passwords in addresses
 * wherever else they stand (comments).
 */
export function maskedRanges(tree: YamlNode, structure: Structure, source: string): readonly MaskedRange[] {
  const ranges = [...declaredRanges(tree, structure, source), ...capturedRanges(source, USER_INFO)]
  return ranges.filter((range) => !isReference(range, source))
}

/** The parts to hide in a file that is not valid YAML: whatever looks like a secret. */
export function suspectedRanges(source: string): readonly MaskedRange[] {
  return [...capturedRanges(source, USER_INFO_WITH_BLANKS), ...capturedRanges(source, SECRET_LINE)]
}
