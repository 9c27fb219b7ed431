import { expect, it } from 'vitest'
import { evenChunkBytes } from './even-chunks.ts'

const MB = 1024 * 1024

it.each([
  { table: 0, connections: 4, chunk: 8, why: 'an empty table needs one' },
  { table: 20, connections: 4, chunk: 8, why: 'chunks do not become tiny' },
  { table: 140, connections: 2, chunk: 70, why: 'both connections get as much' },
  { table: 540, connections: 2, chunk: 90, why: 'three rounds of equal chunks instead of two and a half' },
  { table: 540, connections: 1, chunk: 108, why: 'one connection: no small rest' },
  { table: 256, connections: 2, chunk: 128, why: 'it fits as it is' },
])('cuts $table MB for $connections connections into $chunk MB: $why', ({ table, connections, chunk }) => {
  expect(evenChunkBytes(table * MB, 128 * MB, connections) / MB).toBe(chunk)
})
