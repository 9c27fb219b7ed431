import { expect, test } from 'vitest'
import { formatLsn } from '../../../core/lsn.ts'
import { openDatabase } from '../../../../test/support/postgres.ts'
import { openSource } from '../../../../test/support/postgres-source.ts'
import { readPlan, readRange, type TextRow } from '../../../../test/support/read-table.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'

const WHOLE = { tag: 'ctid', fromBlock: 0, toBlock: null } as const
const never = new AbortController().signal

/** Every character below a space, the ones that COPY escapes, look-alikes of its marks, and more than ASCII. */
const AWKWARD = [
  ...Array.from({ length: 31 }, (_, index) => `a${String.fromCharCode(index + 1)}b`),
  '',
  '\\',
  '\\\\',
  '\\N',
  '\\N\\N',
  'x\\N',
  '\\.',
  '\t',
  '\n',
  '\r\n',
  'tab\tand\nline\\feed\b\f\v',
  'ends with \\',
  '\\t',
  'añ☃😀',
  'null',
  'NULL',
  '"quoted", and \'so\'',
  '\u007f\u0080\u00ff',
  'x'.repeat(300_000) + '\\' + '\n'.repeat(1000),
]

test('reads every character as it is stored', async () => {
  await using database = await openDatabase()
  await database.query('create table words (id int primary key, word text, twin text)')
  for (const [id, word] of [...AWKWARD, null].entries()) {
    await database.query('insert into words values ($1, $2, $2)', [id, word])
  }
  await using test = openSource(database)
  const rows = await readRange(test.source, await test.table('words'), WHOLE)
  expect(rows).toEqual([...AWKWARD, null].map((word, id) => [String(id), word, word]))
  await test.source[Symbol.asyncDispose]()
  await database.dropReplication()
})
