import { expect, test } from 'vitest'
import { secret } from '../../../config/secret.ts'
import { resolvedMessage, sampleMessage } from '../testing/sample-message.ts'
import { linksOf, readGrant, signGrant, type AcknowledgeGrant } from './acknowledge-link.ts'

const KEY = secret('key')
const NOW = sampleMessage().createdAtMs
const GRANT: AcknowledgeGrant = { groupKey: '{}:{}', upToMs: NOW, receiver: 'anna', expiresAtMs: NOW + 1000 }
const CONFIG = { externalUrl: 'https://sync', secret: KEY, validMs: 1000 }

test('a link allows what it says until it expires', () => {
  expect(readGrant(signGrant(GRANT, KEY), KEY, NOW)).toEqual(GRANT)
  expect(readGrant(signGrant(GRANT, KEY), KEY, NOW + 1000)).toBe('expired')
})

test.each([
  ['of another secret', signGrant(GRANT, secret('other')), 'forged'],
  ['that was changed', signGrant(GRANT, KEY).replace(/^./, 'X'), 'forged'],
  ['without a signature', signGrant(GRANT, KEY).replace(/\..*/, '.'), 'forged'],
  ['that is none', 'hello', 'malformed'],
  ['that has more', `${signGrant(GRANT, KEY)}.x`, 'malformed'],
])('a link %s does nothing', (_what, token, refusal) => {
  expect(readGrant(token, KEY, NOW)).toBe(refusal)
})

test('a message about something that fires has one; sent again it is the same', () => {
  const message = sampleMessage({ destination: { channel: 'phone', address: '+43', person: 'anna' } })
  const links = linksOf(message, CONFIG)
  expect(links).toEqual(linksOf(message, CONFIG))
  const token = new URL(links.acknowledge ?? '').searchParams.get('token') ?? ''
  expect(readGrant(token, KEY, NOW)).toMatchObject({ groupKey: message.groupKey, receiver: 'anna' })
})

test('without an address, a secret, or something that fires, there is none', () => {
  const linkless = [
    linksOf(sampleMessage(), { ...CONFIG, externalUrl: null }),
    linksOf(sampleMessage(), { ...CONFIG, secret: null }),
    linksOf(resolvedMessage(), CONFIG),
  ]
  expect(linkless.map(({ acknowledge }) => acknowledge)).toEqual([null, null, null])
})
