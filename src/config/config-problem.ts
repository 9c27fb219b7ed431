import { SyncError } from '../core/sync-error.ts'

/** A mistake (or a warning) at one place of the configuration file. Offsets count UTF-16 units of the file's text. */
export interface ConfigProblem {
  readonly start: number
  readonly end: number
  /** Never contains a secret. */
  readonly message: string
}

/** Where an offset is, both counted from 1. */
export interface LineColumn {
  readonly line: number
  readonly column: number
}

/** A part of the file that excerpts hide. */
export interface MaskedRange {
  readonly start: number
  readonly end: number
}

/** The file as problems in it are shown. */
export interface ConfigSource {
  readonly file: string
  readonly text: string
  readonly masked: readonly MaskedRange[]
}

const EXCERPT_WIDTH = 120

/** The line and column of an offset. */
export function lineColumn(text: string, offset: number): LineColumn {
  const before = text.slice(0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: before.length - lineStart + 1 }
}

function maskedText(source: ConfigSource): string {
  let shown = source.text
  for (const { start, end } of source.masked) {
    shown = shown.slice(0, start) + shown.slice(start, end).replace(/[^\r\n]/g, '*') + shown.slice(end)
  }
  return shown
}

function excerpt(shown: string, problem: ConfigProblem, at: LineColumn): string {
  const line = (shown.split('\n')[at.line - 1] ?? '').replaceAll('\r', '')
  const firstShown = at.column > EXCERPT_WIDTH ? at.column - EXCERPT_WIDTH / 2 : 0
  const cut = line.slice(firstShown, firstShown + EXCERPT_WIDTH)
  const before = cut.slice(0, at.column - 1 - firstShown).replace(/[^\t]/g, ' ')
  const carets = Math.max(1, Math.min(problem.end - problem.start, cut.length - before.length))
  const gutter = String(at.line)
  return `  ${gutter} | ${cut}\n  ${' '.repeat(gutter.length)} | ${before}${'^'.repeat(carets)}`
}

/** A problem for people: `file:line:column: what`, then the line with carets below the place. */
function formatProblem(source: ConfigSource, problem: ConfigProblem): string {
  const at = lineColumn(source.text, problem.start)
  const place = `${source.file}:${at.line}:${at.column}`
  return `${place}: ${problem.message}\n${excerpt(maskedText(source), problem, at)}`
}

/** The configuration is refused; the message shows every problem with its place, and no secret. */
export class ConfigError extends SyncError {
  readonly problems: readonly ConfigProblem[]

  constructor(source: ConfigSource, problems: readonly ConfigProblem[]) {
    const ordered = problems.toSorted((a, b) => a.start - b.start)
    super('CONFIG_INVALID', ordered.map((problem) => formatProblem(source, problem)).join('\n'))
    this.name = 'ConfigError'
    this.problems = ordered
  }
}
