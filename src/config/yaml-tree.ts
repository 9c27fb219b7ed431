/** Turns YAML into a tree of texts that knows where everything stands. Types come from the schema, not from YAML. */
import { isAlias, isMap, isScalar, isSeq, parseDocument, type Document, type YAMLError, type YAMLMap } from 'yaml'
import type { ConfigProblem } from './config-problem.ts'
import { expandReferences, type Surroundings } from './expand-references.ts'

/** A place in the file. */
export interface Place {
  readonly start: number
  readonly end: number
}

/**
 * A value of the file. `empty` is a key without a value. The `origin` of a text: as it stands in the file, with
 * references put in, or `broken` when that failed (its problem is told, and nothing else about it need be).
 */
export type YamlNode =
  | {
      readonly tag: 'text'
      readonly place: Place
      readonly text: string
      readonly origin: 'written' | 'expanded' | 'broken'
      /** Where the text begins in the file, when it stands there letter by letter. */
      readonly verbatimAt?: number | undefined
    }
  | { readonly tag: 'empty'; readonly place: Place }
  | { readonly tag: 'list'; readonly place: Place; readonly items: readonly YamlNode[] }
  | { readonly tag: 'map'; readonly place: Place; readonly entries: ReadonlyMap<string, YamlEntry> }

/** A key and its value. */
interface YamlEntry {
  readonly key: Place
  readonly value: YamlNode
}

/** The file's content; `problems` are mistakes of YAML and references that lead nowhere. */
export interface YamlTree {
  readonly root: YamlNode
  readonly syntaxErrors: readonly ConfigProblem[]
  readonly problems: readonly ConfigProblem[]
}

interface Reading {
  readonly source: string
  readonly document: Document
  readonly around: Surroundings
  readonly problems: ConfigProblem[]
  /** Nodes that are being read, outermost first: an alias to one of them would never end. */
  readonly ancestors: unknown[]
}

function placeOf(node: unknown): Place {
  const range: unknown = typeof node === 'object' && node !== null && 'range' in node ? node.range : null
  return Array.isArray(range) ? { start: Number(range[0]), end: Number(range[1]) } : { start: 0, end: 0 }
}

function readScalar(value: string, place: Place, reading: Reading): YamlNode {
  const { text, expanded, problems } = expandReferences(value, reading.around)
  for (const problem of problems) {
    const reference = value.slice(problem.start, problem.end)
    const found = reading.source.indexOf(reference, place.start)
    const start = found >= 0 && found < place.end ? found : place.start
    const end = start === found ? start + reference.length : place.end
    reading.problems.push({ start, end, message: problem.message })
  }
  const origin = problems.length > 0 ? 'broken' : expanded ? 'expanded' : 'written'
  const verbatim = origin === 'written' ? reading.source.indexOf(text, place.start) : -1
  const verbatimAt = verbatim >= 0 && verbatim + text.length <= place.end ? verbatim : undefined
  return { tag: 'text', place, text, origin, verbatimAt }
}

function readMap(node: YAMLMap, place: Place, reading: Reading): YamlNode {
  const entries = new Map<string, YamlEntry>()
  for (const pair of node.items) {
    const key = placeOf(pair.key)
    if (!isScalar(pair.key)) {
      reading.problems.push({ ...key, message: 'a key must be a plain text' })
      continue
    }
    const value = pair.value == null ? ({ tag: 'empty', place: key } as const) : readNode(pair.value, reading)
    entries.set(String(pair.key.value), { key, value: value.tag === 'empty' ? { tag: 'empty', place: key } : value })
  }
  return { tag: 'map', place, entries }
}

function readNode(node: unknown, reading: Reading): YamlNode {
  const place = placeOf(node)
  if (isAlias(node)) {
    const target = node.resolve(reading.document)
    if (target === undefined || reading.ancestors.includes(target)) {
      reading.problems.push({ ...place, message: `*${node.source} stands for something that contains it` })
      return { tag: 'text', place, text: '', origin: 'broken' }
    }
    return readNode(target, reading)
  }
  reading.ancestors.push(node)
  try {
    if (isMap(node)) return readMap(node, place, reading)
    if (isSeq(node)) return { tag: 'list', place, items: node.items.map((item) => readNode(item, reading)) }
    if (!isScalar(node)) return { tag: 'empty', place }
    if (node.type === 'PLAIN' && /^(?:~|null|)$/i.test(String(node.value))) return { tag: 'empty', place }
    return readScalar(String(node.value), place, reading)
  } finally {
    reading.ancestors.pop()
  }
}

function syntaxProblem({ pos: [start, end], message }: YAMLError, source: string): ConfigProblem {
  if (source.slice(start - 1, start + 1) === '${') {
    return { start: start - 1, end, message: 'not valid YAML: inside { } and [ ] put ${...} in double quotes' }
  }
  // The library quotes what it stumbled over, which may be a secret.
  const words = message.replace(/:? ".*"/s, '').replace(/; please use .*/, '')
  return { start, end, message: `not valid YAML: ${words}` }
}

/** Repeated keys are all told; of other mistakes only the first, for the rest follow from it. */
function syntaxProblems(errors: readonly YAMLError[], source: string): readonly ConfigProblem[] {
  const repeated = errors.filter((error) => error.code === 'DUPLICATE_KEY')
  const others = errors.filter((error) => error.code !== 'DUPLICATE_KEY').slice(0, 1)
  return [...others, ...repeated].map((error) => syntaxProblem(error, source))
}

/** Reads YAML. Anchors and aliases work; several documents, duplicate keys and tags are refused. */
export function readYaml(source: string, around: Surroundings): YamlTree {
  // Under the failsafe schema every scalar stays the text that was written: 007 and no keep their form.
  const document = parseDocument(source, { schema: 'failsafe', prettyErrors: false })
  const syntaxErrors = syntaxProblems([...document.errors, ...document.warnings], source)
  const problems: ConfigProblem[] = []
  const reading: Reading = { source, document, around, problems, ancestors: [] }
  const root = document.contents === null ? emptyMap() : readNode(document.contents, reading)
  return { root: root.tag === 'empty' ? emptyMap() : root, syntaxErrors, problems }
}

function emptyMap(): YamlNode {
  return { tag: 'map', place: { start: 0, end: 0 }, entries: new Map() }
}

/** The tree without places, as the schema takes it: texts, null for empty, arrays, objects. */
export function plainValue(node: YamlNode): unknown {
  switch (node.tag) {
    case 'text':
      return node.text
    case 'empty':
      return null
    case 'list':
      return node.items.map(plainValue)
    case 'map':
      return Object.fromEntries([...node.entries].map(([key, entry]) => [key, plainValue(entry.value)]))
  }
}

/** The node at a path, or the nearest one above it. `exact` tells which; `key` is the key that leads to the node. */
export function nodeAt(
  root: YamlNode,
  path: readonly PropertyKey[],
): { readonly node: YamlNode; readonly key: Place | null; readonly exact: boolean } {
  let node = root
  let key: Place | null = null
  for (const step of path) {
    const entry = node.tag === 'map' ? node.entries.get(String(step)) : undefined
    const next = entry?.value ?? (node.tag === 'list' ? node.items[Number(step)] : undefined)
    if (!next) return { node, key, exact: false }
    key = entry?.key ?? key
    node = next
  }
  return { node, key, exact: true }
}
