import { describeGoal, type Finding } from './finding.ts'

/** Ours are printed beside them; measured on another machine: only the order of size counts. */
export const PEER = {
  name: 'Flink CDC 3, tuned',
  'snapshot rows/s': 56_600,
  'changes rows/s': 47_500,
  'p50 s': 1.26,
  'memory GB': 2.0,
} as const

/** A figure as people read it. */
export function shown(value: number | null | undefined): string {
  if (value === undefined || value === null || Number.isNaN(value)) return '-'
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en')
  return Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) >= 100 ? 0 : 2)
}

/** A Markdown table of findings of one group: a column for each figure, the goals last. */
export function findingsTable(findings: readonly Finding[]): string {
  const columns = [...new Set(findings.flatMap(({ figures }) => Object.keys(figures)))]
  const head = ['', ...columns, 'goal']
  const rows = findings.map((finding) => [
    finding.name,
    ...columns.map((column) => shown(finding.figures[column])),
    finding.goals.map((goal) => describeGoal(finding, goal)).join('<br>'),
  ])
  return [head, head.map((_, i) => (i === 0 ? '---' : '--:')), ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n')
}
