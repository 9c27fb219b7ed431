import type { Finding } from '../core/finding.ts'
import { paint, type Ink } from './paint.ts'

const ORDER = ['error', 'warning', 'info'] as const
const INKS: Readonly<Record<Finding['level'], Ink>> = { error: 'red', warning: 'yellow', info: 'dim' }

function count(findings: readonly Finding[], level: Finding['level']): number {
  return findings.filter((finding) => finding.level === level).length
}

function plural(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`
}

/** Findings for people, errors first, each with why it matters and what mends it; then a line that counts them. */
export function findingsText(findings: readonly Finding[], colour: boolean): string {
  const ordered = ORDER.flatMap((level) => findings.filter((finding) => finding.level === level))
  const blocks = ordered.map((finding) => {
    const table = finding.table === undefined ? '' : `${finding.table}: `
    const remedy = finding.remedy.split('\n').join('\n    ')
    const mend = remedy === '' ? '' : `  mend: ${remedy}\n`
    return `${paint(INKS[finding.level], finding.level, colour)} ${finding.code}: ${table}${finding.what}\n  why:  ${finding.why}\n${mend}\n`
  })
  const errors = count(findings, 'error')
  const warnings = count(findings, 'warning')
  return `${blocks.join('')}${plural(errors, 'error')}, ${plural(warnings, 'warning')}. ${verdictOf(findings)}\n`
}

/** An error of a table keeps that table out; one of no table keeps the pipeline from running. */
function verdictOf(findings: readonly Finding[]): string {
  const errors = findings.filter(({ level }) => level === 'error')
  if (errors.some(({ table }) => table === undefined)) return 'The pipeline cannot run as it is.'
  const without = [...new Set(errors.map(({ table }) => table))]
  return without.length === 0 ? 'The pipeline can run.' : `The pipeline can run, without ${without.join(', ')}.`
}

/** Findings for programs: `{"ok", "findings": [{level, code, what, why, remedy, table}]}`. */
export function findingsJson(findings: readonly Finding[]): string {
  return `${JSON.stringify({ ok: count(findings, 'error') === 0, findings }, null, 2)}\n`
}
