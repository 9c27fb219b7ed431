import { expect, test } from 'vitest'
import { frame, keepalive, walData } from '../../../../test/support/pgoutput-bytes.ts'
import { CopyBothReader } from './copy-both.ts'

function read(...frames: readonly Buffer[]): { readonly events: unknown[]; readonly walEnd: bigint } {
  const events: unknown[] = []
  const reader = new CopyBothReader({
    started: () => events.push('started'),
    data: (buffer, start, end) => events.push(buffer.toString('latin1', start, end)),
    keepalive: (walEnd, replyRequested) => events.push([walEnd, replyRequested]),
    failed: (error) => events.push(error),
    finished: () => events.push('finished'),
    ready: () => events.push('ready'),
  })
  for (const bytes of frames) reader.frame(bytes[0] ?? 0, bytes, 5, bytes.length)
  return { events, walEnd: reader.walEnd }
}

test('tells data, keepalives and the state of the session, and passes over what changes nothing', () => {
  const notice = frame('N', Buffer.from('Snote\0\0'))
  const end = [frame('c', Buffer.alloc(0)), frame('C', Buffer.from('COPY 0\0')), frame('Z', Buffer.from('I'))]
  expect(
    read(frame('W', Buffer.alloc(3)), notice, walData(Buffer.from('abc')), keepalive(5n, true), ...end).events,
  ).toEqual(['started', 'abc', [5n, true], 'finished', 'ready'])
})

test('keeps the furthest position, in all 64 bits', () => {
  expect(read().walEnd).toBe(0n)
  expect(read(walData(Buffer.from('a'), 0xfedc_ba98_7654_3210n)).walEnd).toBe(0xfedc_ba98_7654_3210n)
  expect(read(walData(Buffer.from('a'), 0x1_0000_0000n), keepalive(0xffff_ffffn)).walEnd).toBe(0x1_0000_0000n)
  expect(read(keepalive(9n), keepalive(8n), walData(Buffer.from('a'), 7n)).walEnd).toBe(9n)
})

test('reads the fields of an error, of which some may lack', () => {
  const error = Buffer.from('SFEHLER\0VERROR\0C55006\0Mslot is active\0Dfor PID 7\0Hwait\0\0')
  expect(read(frame('E', error)).events).toEqual([
    { code: '55006', message: 'slot is active', detail: 'for PID 7', hint: 'wait' },
  ])
  for (let length = 0; length < error.length; length += 1) {
    expect(read(frame('E', error.subarray(0, length))).events).toHaveLength(1)
  }
})

test.each([
  ['an unknown message', frame('?', Buffer.alloc(4))],
  ['empty copy data', frame('d', Buffer.alloc(0))],
  ['copy data of an unknown kind', frame('d', Buffer.from('x'.repeat(40)))],
  ['data without its positions', frame('d', Buffer.from('w'.repeat(24)))],
  ['a keepalive that is cut short', frame('d', Buffer.from('k'.repeat(17)))],
  ['a keepalive that is too long', frame('d', Buffer.from('k'.repeat(19)))],
])('refuses %s', (_, bytes) => {
  expect(() => read(bytes)).toThrow(expect.objectContaining({ code: 'STREAM_PROTOCOL' }))
})
