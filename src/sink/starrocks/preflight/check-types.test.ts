import { expect, test } from 'vitest'
import { FEATURES, routeOf, schemaOf, sourceType } from '../testing/source-fixtures.ts'
import { checkTypes } from './check-types.ts'

const found = (...args: Parameters<typeof checkTypes>) =>
  checkTypes(...args).map(({ level, code, what }) => [level, code, what])

test('a table of plain types has nothing to tell', () => {
  const schema = schemaOf({ id: 'int8', name: 'text', data: 'jsonb', tags: '_text', ref: 'uuid' })
  expect(found(schema, routeOf(), FEATURES)).toEqual([])
  expect(found(schemaOf({ id: 'uuid', n: 'int4' }, 2), routeOf(), FEATURES)).toEqual([])
})

test('what is lost is a warning, what is refused is said, by groups of columns', () => {
  const schema = schemaOf({ id: 'int8', a: 'timestamp', b: 'timestamp', c: 'jsonb', f: 'float8' })
  expect(found(schema, routeOf({ columnTypes: { c: 'JSON' } }), FEATURES)).toEqual([
    ['warning', 'TYPE_LOSSY', expect.stringContaining('"c"')],
    ['info', 'TYPE_REFUSES', expect.stringContaining('"a", "b" cannot hold infinity')],
    ['info', 'TYPE_REFUSES', expect.stringContaining('"f" cannot hold NaN')],
  ])
})

test('keys that may be too large, names that change and columns that are not there are told', () => {
  const schema = schemaOf({ 'e-mail': 'text', n: sourceType('varchar', 14) }, 2)
  expect(found(schema, routeOf({ excludeColumns: ['secret'], columnTypes: { nn: 'JSON' } }), FEATURES)).toEqual([
    ['info', 'TYPE_KEY_SIZE', expect.stringContaining('"e-mail", "n"')],
    ['info', 'TYPE_RENAMED', expect.stringContaining('"e-mail" is e_mail')],
    ['info', 'TYPE_UNKNOWN_COLUMN', expect.stringContaining('"secret", "nn"')],
  ])
})

test('a table that cannot be in the target is an error with what mends it', () => {
  const [finding] = checkTypes(schemaOf({ a: 'int4' }, 0), routeOf(), FEATURES)
  expect(finding).toMatchObject({ level: 'error', code: 'TABLE_NO_KEY', table: 'public.t' })
  expect(finding?.remedy).toContain('ADD PRIMARY KEY')
})
