import { stripVTControlCharacters } from 'node:util'

/** A column of a text table. */
export interface TextColumn {
  readonly title: string
  readonly align: 'left' | 'right'
}

const shownLength = (text: string): number => stripVTControlCharacters(text).length

/** Lines up rows under their titles. Colours in cells do not count. Ends with a newline. */
export function textTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string {
  const all = [columns.map((column) => column.title), ...rows]
  const widths = columns.map((_, index) => Math.max(...all.map((row) => shownLength(row[index] ?? ''))))
  const lines = all.map((row) => {
    const cells = columns.map((column, index) => {
      const cell = row[index] ?? ''
      const blanks = ' '.repeat((widths[index] ?? 0) - shownLength(cell))
      return column.align === 'left' ? cell + blanks : blanks + cell
    })
    return cells.join('  ').trimEnd()
  })
  return `${lines.join('\n')}\n`
}
