import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { NamedTest } from './collect-test-names.ts'

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
  /** What a table of cases holds, one each. */
  readonly cases: readonly string[]
  readonly test: string
}

/**
 * A test as a behaviour, with the sections that its `describe` cites as `(starrocks.md 1.1, 2)`, or its own name as
 * `(6)`. Of a table of cases, the values stand as `…` in its name.
 */
export function behaviourOf({ file, group, name, cases }: NamedTest): HeldBehaviour {
  const own = sectionsIn(/ \(([\d.]+(?:, [\d.]+)*)\)$/.exec(name)?.[1])
  const cited = sectionsIn(/\(starrocks\.md ([\d., ]+)\)/.exec(group)?.[1])
  return {
    sections: own.length > 0 ? own : cited,
    group: group.replace(/ \(starrocks\.md [\d., ]+\)/, ''),
    behaviour: name.replaceAll(/%[sdifj]|\$\w+/g, '…').replace(/^…(?:: …)?$/, 'each of its cases'),
    cases,
    test: file.replace(/^.*\/test\//, 'test/'),
  }
}

const sectionsIn = (text: string | undefined): string[] =>
  text === undefined ? [] : text.split(',').map((section) => section.trim())

let held: readonly HeldBehaviour[] | undefined

/** All behaviours that the tests of the stand-in hold. Their files are loaded once, in a process of their own. */
export function heldBehaviours(): readonly HeldBehaviour[] {
  if (held !== undefined) return held
  const folder = new URL('test/', STAND_IN)
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts'))
    .toSorted()
    .map((name) => fileURLToPath(new URL(name, folder)))
  const script = fileURLToPath(new URL('collect-test-names.ts', import.meta.url))
  const listed: unknown = JSON.parse(execFileSync(process.execPath, [script, ...files], { encoding: 'utf8' }))
  if (!Array.isArray(listed)) throw new Error('collect-test-names.ts printed no list')
  held = listed.filter(isNamedTest).map(behaviourOf)
  return held
}

const isNamedTest = (value: unknown): value is NamedTest =>
  typeof value === 'object' && value !== null && 'file' in value && 'cases' in value

const cell = (text: string): string =>
  text
    .replaceAll('|', String.raw`\|`)
    .replaceAll(/\s+/g, ' ')
    .replaceAll('<', '&lt;')
    .replaceAll('*', String.raw`\*`)
    .replaceAll('_', String.raw`\_`)

/** A case is shown as far as this. */
const shownLetters = 200

/** The rows of the page; the cases of a table are told once. */
class BehaviourRows {
  readonly #toldIn = new Map<HeldBehaviour, string>()

  row(held: HeldBehaviour, section: string): string {
    const { group, behaviour, test } = held
    const name = group === '' ? cell(behaviour) : `${cell(group)}: ${cell(behaviour)}`
    return `| ${name}${this.#cases(held, section)} | [${test.slice(5)}](${test}) |`
  }

  #cases(held: HeldBehaviour, section: string): string {
    const { cases } = held
    if (cases.length === 0) return ''
    const before = this.#toldIn.get(held)
    if (before !== undefined) return ` (${cases.length} cases, see ${before})`
    this.#toldIn.set(held, section)
    const told = cases.map((text) => cell(text.length > shownLetters ? `${text.slice(0, shownLetters)}…` : text))
    return `<details><summary>${cases.length} cases</summary>${told.join('<br>')}</details>`
  }
}

/** `stand-in/FIDELITY.md`: what the stand-in does as StarRocks does, by section, and what it does otherwise. */
export function fidelityPage(): string {
  const all = heldBehaviours()
  const rows = new BehaviourRows()
  const differences = knownDifferences()
  const lines = [
    '<!-- Made by `npm run docs` from the tests, src/assumptions.ts and known-differences.json. -->',
    '# What the stand-in does as StarRocks does',
    '',
    'Each row is a test; all but some of the last table use the stand-in through its ports only. Sections are those of the facts about StarRocks that the project collects, each with its source in',
    "StarRocks' code or manual; nothing here was compared with a running StarRocks unless `STARROCKS_URL` was set (README.md). Of a test that holds a table of cases, `…` in its name stands for",
    'their values, and the cases follow where it is listed first.',
  ]
  for (const [section, title] of FIDELITY_SECTIONS) {
    lines.push('', `## ${section} ${title}`, '', '| behaviour | test |', '|---|---|')
    for (const one of all.filter(({ sections }) => sections.includes(section))) lines.push(rows.row(one, section))
    const known = differences[section] ?? []
    if (known.length > 0) lines.push('', 'Known to differ:', ...known.map((text) => `- ${text}`))
  }
  const rest = all.filter(({ sections }) => sections.length === 0)
  lines.push('', '## Its own', '', '| behaviour | test |', '|---|---|')
  for (const one of rest) lines.push(rows.row(one, 'Its own'))
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
