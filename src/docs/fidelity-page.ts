import { readdirSync, readFileSync } from 'node:fs'

const STAND_IN = new URL('../../stand-in/', import.meta.url)

/** Sections of the facts about StarRocks that the stand-in plays, with what each is about. */
export const FIDELITY_SECTIONS: ReadonlyMap<string, string> = new Map([
  ['1.1', 'Routing and authentication of loads'],
  ['1.2', 'Headers of loads'],
  ['1.3', 'Replies of loads'],
  ['1.4', 'Rejected rows, memory of labels'],
  ['1.5', 'CSV'],
  ['1.6', 'JSON'],
  ['1.7', 'Dates'],
  ['1.8', 'Sizes'],
  ['2', 'Transactions of one table'],
  ['2.1', 'Transactions of several tables'],
  ['2.3', 'Merge commit'],
  ['3', 'Primary key tables'],
  ['4', 'Types'],
  ['5', 'Schema change'],
  ['6', 'MySQL protocol and SQL'],
  ['6.1', 'Errors'],
  ['7', 'Limits of operation'],
  ['8', 'Monitoring'],
  ['12', 'Faults and restarts'],
])

/** One behaviour that a test holds. */
export interface HeldBehaviour {
  readonly sections: readonly string[]
  readonly group: string
  readonly behaviour: string
  readonly test: string
}

/**
 * The behaviours in the text of a test file: the names of its tests, each with the sections that its `describe` cites as
 * `(starrocks.md 1.1, 2)`, or its own name as `(6)`.
 */
export function behavioursIn(text: string, test: string): HeldBehaviour[] {
  const found: HeldBehaviour[] = []
  let group = ''
  let cited: readonly string[] = []
  for (const match of text.matchAll(
    /\b(describe|it)(?:\.each\([\s\S]*?\n?\s*\]\s*(?:as const)?\))?\(\s*(['`"])((?:\\.|(?!\2)[\s\S])*)\2/g,
  )) {
    const name = (match[3] ?? '').replaceAll(/\\(.)/g, '$1')
    if (match[1] === 'describe') {
      cited = sectionsIn(/\(starrocks\.md ([\d., ]+)\)/.exec(name)?.[1])
      group = name.replace(/ \(starrocks\.md [\d., ]+\)/, '')
      continue
    }
    const own = sectionsIn(/ \(([\d.]+(?:, [\d.]+)*)\)$/.exec(name)?.[1])
    found.push({ sections: own.length > 0 ? own : cited, group, behaviour: name, test })
  }
  return found
}

const sectionsIn = (text: string | undefined): string[] =>
  text === undefined ? [] : text.split(',').map((section) => section.trim())

/** All behaviours that the tests of the stand-in hold. */
export function heldBehaviours(): HeldBehaviour[] {
  const folder = new URL('test/', STAND_IN)
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.ts'))
  return files.toSorted().flatMap((name) => behavioursIn(readFileSync(new URL(name, folder), 'utf8'), `test/${name}`))
}

const cell = (text: string): string =>
  text
    .replaceAll('|', String.raw`\|`)
    .replaceAll('\n', ' ')
    .replaceAll('<', '&lt;')

/** `stand-in/FIDELITY.md`: what the stand-in does as StarRocks does, by section, and what it does otherwise. */
export function fidelityPage(): string {
  const held = heldBehaviours()
  const differences = knownDifferences()
  const lines = [
    '<!-- Made by `npm run docs` from the tests, src/assumptions.ts and known-differences.json. -->',
    '# What the stand-in does as StarRocks does',
    '',
    'Each row is a test that uses the stand-in through its ports only. Sections are those of the facts about StarRocks that the project collects, each with its source in',
    "StarRocks' code or manual; nothing here was compared with a running StarRocks unless `STARROCKS_URL` was set (README.md).",
  ]
  for (const [section, title] of FIDELITY_SECTIONS) {
    lines.push('', `## ${section} ${title}`, '', '| behaviour | test |', '|---|---|')
    for (const { behaviour, group, test } of held.filter(({ sections }) => sections.includes(section))) {
      lines.push(`| ${cell(group)}: ${cell(behaviour)} | [${test.slice(5)}](${test}) |`)
    }
    const known = differences[section] ?? []
    if (known.length > 0) lines.push('', 'Known to differ:', ...known.map((text) => `- ${text}`))
  }
  const rest = held.filter(({ sections }) => sections.length === 0)
  lines.push('', '## Its own', '', '| behaviour | test |', '|---|---|')
  for (const { behaviour, group, test } of rest)
    lines.push(`| ${cell(group)}: ${cell(behaviour)} | [${test.slice(5)}](${test}) |`)
  lines.push(
    '',
    '## Assumptions',
    '',
    'Where the facts leave a choice, `src/assumptions.ts` names the one that was made.',
    '',
    '| section | assumption |',
    '|---|---|',
  )
  for (const { section, text } of assumptions()) lines.push(`| ${section} | ${cell(text)} |`)
  return `${lines.join('\n')}\n`
}

/** What is known to differ, by section. */
function knownDifferences(): Readonly<Record<string, readonly string[]>> {
  const parsed: unknown = JSON.parse(readFileSync(new URL('known-differences.json', STAND_IN), 'utf8'))
  if (typeof parsed !== 'object' || parsed === null) throw new Error('known-differences.json is no object')
  return Object.fromEntries(
    Object.entries(parsed).map(([section, texts]) => [section, Array.isArray(texts) ? texts.map(String) : []]),
  )
}

function assumptions(): { readonly section: string; readonly text: string }[] {
  const text = readFileSync(new URL('src/assumptions.ts', STAND_IN), 'utf8')
  return [...text.matchAll(/\/\*\* ([\d.]+)[^:]*: (.*?) \*\//g)].map((match) => ({
    section: match[1] ?? '',
    text: match[2] ?? '',
  }))
}
