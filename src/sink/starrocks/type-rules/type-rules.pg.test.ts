import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestDatabase } from '../../../../test/support/postgres.ts'
import { NUMBER_AND_TIME_CASES } from '../testing/number-and-time-cases.ts'
import { TEXT_AND_DOCUMENT_CASES } from '../testing/text-and-document-cases.ts'
import { checkTypeCase, openTypeDatabase, titleOf } from '../testing/type-case.ts'

const CASES = [...NUMBER_AND_TIME_CASES, ...TEXT_AND_DOCUMENT_CASES]

describe('each type, in the words of a server', () => {
  let database: TestDatabase
  let version = 0
  beforeAll(async () => {
    database = await openTypeDatabase()
    const [row] = await database.query<{ num: string }>(`select current_setting('server_version_num') as num`)
    version = Number(row?.num)
  })
  afterAll(() => database[Symbol.asyncDispose]())

  test.for(CASES.map((one) => [titleOf(one), one] as const))('%s', async ([_title, one], { skip }) => {
    skip(version < (one.since ?? 0), `PostgreSQL ${version} has no such type`)
    const { found, wanted } = await checkTypeCase(database, one)
    expect(found).toEqual(wanted)
  })
})
