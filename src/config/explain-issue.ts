/** zod's issues -> problems with a place in the file, in words of the configuration. */
import { z } from 'zod'
import type { ConfigProblem } from './config-problem.ts'
import { declarationOf, type Structure } from './declaration.ts'
import { nearestName } from './nearest-name.ts'
import { showPath, structureAt } from './structure-at.ts'
import { nodeAt, type Place, type YamlNode } from './yaml-tree.ts'

function sectionsWithKey(root: Structure, key: string, path: readonly string[] = []): readonly string[] {
  if (root.tag !== 'section') return []
  return Object.entries(root.keys).flatMap(([name, schema]) => {
    const inner = sectionsWithKey(declarationOf(schema).structure, key, [...path, name])
    return name === key ? [showPath([...path, name]), ...inner] : inner
  })
}

function unknownKeys(issue: z.core.$ZodIssueUnrecognizedKeys, tree: YamlNode, root: Structure): ConfigProblem[] {
  const structure = structureAt(root, issue.path)
  const known = structure?.tag === 'section' ? Object.keys(structure.keys) : []
  const { node } = nodeAt(tree, issue.path)
  return issue.keys.map((key) => {
    const place = (node.tag === 'map' ? node.entries.get(key)?.key : undefined) ?? node.place
    const near = nearestName(key, known)
    const elsewhere = sectionsWithKey(root, key)[0]
    const hint =
      near !== undefined
        ? `; did you mean ${JSON.stringify(near)}?`
        : elsewhere !== undefined
          ? `; it belongs to ${elsewhere}`
          : `; known here: ${known.join(', ')}`
    const inside = issue.path.length === 0 ? '' : ` in ${showPath(issue.path)}`
    return { ...place, message: `unknown key ${JSON.stringify(key)}${inside}${hint}` }
  })
}

function expectation(structure: Structure | undefined): string {
  switch (structure?.tag) {
    case 'section':
    case 'map':
      return 'a mapping (key: value)'
    case 'list':
      return 'a list (- item)'
    case 'scalar':
      return `a single value (${structure.display})`
    case undefined:
      return 'something else'
  }
}

/** How a value may be quoted in a message: never when it is secret or came from outside the file. */
function quoted(node: YamlNode, structure: Structure | undefined): string {
  const shown =
    node.tag === 'text' && node.origin === 'written' && structure?.tag === 'scalar' && structure.secret === 'no'
  if (!shown) return 'the value'
  return JSON.stringify(node.text.length > 60 ? `${node.text.slice(0, 57)}...` : node.text)
}

const spanSchema = z.object({ start: z.number(), end: z.number() })

/** The part of a text that is to blame, where that can be told. */
function blamedPart(node: YamlNode, span: unknown): Place | null {
  const read = spanSchema.safeParse(span)
  if (node.tag !== 'text' || node.verbatimAt === undefined || !read.success) return null
  return { start: node.verbatimAt + read.data.start, end: node.verbatimAt + read.data.end }
}

function explainCustom(issue: z.core.$ZodIssueCustom, tree: YamlNode, root: Structure): ConfigProblem {
  const { node, key, exact } = nodeAt(tree, issue.path)
  const name = showPath(issue.path)
  if (issue.params?.['about'] !== 'key') {
    const place = blamedPart(node, issue.params?.['span']) ?? node.place
    return { ...place, message: `${name}: ${quoted(node, structureAt(root, issue.path))} ${issue.message}` }
  }
  // The key that is to blame may have its default: then its section is pointed at.
  const place = exact || node.tag === 'text' ? node.place : (key ?? node.place)
  return { ...place, message: `${name}: ${issue.message}` }
}

/** The problems that one issue stands for. */
export function explainIssue(issue: z.core.$ZodIssue, tree: YamlNode, root: Structure): readonly ConfigProblem[] {
  const { node, key, exact } = nodeAt(tree, issue.path)
  if (node.tag === 'text' && node.origin === 'broken') return []
  if (issue.code === 'unrecognized_keys') return unknownKeys(issue, tree, root)
  if (issue.code === 'custom') return [explainCustom(issue, tree, root)]
  const name = showPath(issue.path)
  if (!exact) {
    const place = key ?? { start: node.place.start, end: node.place.start + 1 }
    return [{ ...place, message: `${name} is missing` }]
  }
  if (node.tag === 'empty') return [{ ...node.place, message: `${name} has no value: give one or remove the key` }]
  if (issue.code === 'too_small') return [{ ...node.place, message: `${name} is an empty list` }]
  const expected = expectation(structureAt(root, issue.path))
  return [{ ...node.place, message: `${name === '' ? 'the file' : name} must be ${expected}` }]
}
