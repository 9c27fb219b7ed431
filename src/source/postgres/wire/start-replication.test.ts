import { expect, test } from 'vitest'
import { chooseProtocol, startReplicationCommand } from './start-replication.ts'

test.each([
  [140_023, undefined, 2],
  [150_018, undefined, 3],
  [160_014, undefined, 4],
  [180_004, undefined, 4],
  [180_004, 1, 1],
  [140_023, 4, 2],
] as const)('a server %d that is asked for %s speaks protocol %d', (version, wanted, protocol) => {
  expect(chooseProtocol(version, wanted)).toBe(protocol)
})

test('refuses servers before 14', () => {
  expect(() => chooseProtocol(130_020)).toThrow(expect.objectContaining({ code: 'SOURCE_NOT_READY' }))
})

const REQUEST = { slot: 'sync', publications: ['sync'] }

test.each([
  [
    { serverVersionNum: 180_004, protocol: 4 },
    `proto_version '4', publication_names '"sync"', streaming 'on', messages 'true', origin 'any'`,
  ],
  [
    { serverVersionNum: 150_018, protocol: 3 },
    `proto_version '3', publication_names '"sync"', streaming 'on', messages 'true'`,
  ],
  [{ serverVersionNum: 140_023, protocol: 1 }, `proto_version '1', publication_names '"sync"', messages 'true'`],
] as const)('asks %o for what it has', (server, options) => {
  expect(startReplicationCommand({ ...REQUEST, ...server })).toBe(
    `START_REPLICATION SLOT "sync" LOGICAL 0/0 (${options})`,
  )
})

test('quotes names', () => {
  const command = startReplicationCommand({
    slot: 'a"b',
    publications: [`it's`, 'x"y,z'],
    serverVersionNum: 140_000,
    protocol: 1,
  })
  expect(command).toContain('SLOT "a""b" LOGICAL')
  expect(command).toContain(`publication_names '"it''s","x""y,z"'`)
})
