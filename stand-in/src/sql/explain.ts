import { analyzingError } from '../stand-in-error.ts'
import type { DmlStatement } from './dml.ts'
import { duckRefusal } from './duck-refusal.ts'
import { translateQuery } from './query-translator.ts'
import { type StatementResult, textRows } from './statement-result.ts'

/**
 * `EXPLAIN [LOGICAL | VERBOSE | COSTS] query`: the query is analyzed as if it were run, and the answer has the frame of a
 * StarRocks plan with the columns and the tables in it. There is no plan: DuckDB makes its own.
 */
export async function explain(statement: DmlStatement): Promise<StatementResult> {
  const { context, cursor, environment, sql } = statement
  const level = ['LOGICAL', 'VERBOSE', 'COSTS'].find((word) => cursor.accept(word))
  if (!cursor.sees('SELECT') && !cursor.sees('WITH') && !cursor.sees('(')) {
    if (['INSERT', 'UPDATE', 'DELETE'].some((word) => cursor.sees(word))) {
      throw analyzingError('The stand-in explains queries only')
    }
    throw cursor.unexpected(cursor.peek, "'SELECT'", "'WITH'", "'('")
  }
  const tokens = cursor.tokens.slice(cursor.at)
  const translated = translateQuery(sql, tokens, environment)
  try {
    const names = await context.duck.with(async (connection) =>
      (await connection.run(`SELECT * FROM (${translated}) LIMIT 0`)).columnNames(),
    )
    const outputs = names.map((name, index) => `${index + 1}: ${name}`)
    const scans = [...environment.notes.readTableIds].flatMap((id, index) => scanLines(context, id, index))
    const lines = [
      ...(level === 'LOGICAL' ? ['- Output => [' + outputs.join(', ') + ']'] : fragment(outputs)),
      ...scans,
    ]
    return textRows(
      ['Explain String'],
      lines.map((line) => [line]),
    )
  } catch (error) {
    throw duckRefusal(error, tokens)
  }
}

const fragment = (outputs: readonly string[]): string[] => [
  'PLAN FRAGMENT 0',
  ` OUTPUT EXPRS:${outputs.join(' | ')}`,
  '  PARTITION: UNPARTITIONED',
  '',
  '  RESULT SINK',
  '',
]

function scanLines({ catalog }: DmlStatement['context'], tableId: number, index: number): string[] {
  const table = catalog.tableById(tableId)
  if (table === undefined) return []
  return [
    `  ${index}:OlapScanNode`,
    `     TABLE: ${table.name}`,
    '     PREAGGREGATION: ON',
    '     partitions=1/1',
    `     rollup: ${table.name}`,
  ]
}
