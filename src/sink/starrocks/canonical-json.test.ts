import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from './canonical-json.ts'

/** The document in another order of its keys. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, item]) => [key, reversed(item)]),
  )
}

test.each([
  ['blanks', '{"a": [1, 2], "b": {}}', '{"a":[1,2],"b":{}}'],
  ['the order of keys', '{"b": 1, "a": {"d": 2, "c": 3}}', '{"a":{"c":3,"d":2},"b":1}'],
  ['repeated keys, of which the last one counts', '{"a": 1, "b": 2, "a": 3}', '{"a":3,"b":2}'],
  ['escapes that are not needed', '["\\u0061\\/", "\\u00e9"]', '["a/","é"]'],
  ['zeros behind the point', '[2.50, 2.0, 100e-2, -0, -0.0]', '[2.5,2,1,0,0]'],
  [
    'the form of large numbers',
    '[1e20, 100000000000000000000, 1.5E+3]',
    '[100000000000000000000,100000000000000000000,1500]',
  ],
  ['nothing else', ' [true, false, null, "", [], {}] ', '[true,false,null,"",[],{}]'],
])('%s makes no difference', (_, text, canonical) => {
  expect(canonicalJson(text)).toBe(canonical)
})

test.each([
  ['whole numbers of 64 bits', '9007199254740992', '9007199254740993'],
  ['unsigned numbers of 64 bits', '18446744073709551614', '18446744073709551615'],
  ['a number and its text', '1', '"1"'],
  ['a key that looks like an escaped one', '{"":1,"\\"":1}', '{"":1,"\\\\":1}'],
])('%s are told apart', (_, one, other) => {
  // The second text is read first: what was parsed before must not change what is parsed then.
  const canonical = [other, one].map(canonicalJson)
  expect(new Set(canonical).size).toBe(2)
})

test('a document is the same however it is printed', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const canonical = canonicalJson(JSON.stringify(value))
      expect(canonicalJson(JSON.stringify(reversed(value), null, 2))).toBe(canonical)
      expect(canonicalJson(canonical)).toBe(canonical)
    }),
  )
})

test.each(['', '{', '[1,]', '{"a"}', '{"a":1,}', 'nul', '[1 2]', '1 2', '"open', '01', '{a:1}'])(
  '%j is no document',
  (text) => {
    expect(() => canonicalJson(text)).toThrow(SyntaxError)
  },
)
