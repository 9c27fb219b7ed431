import { random } from '../explore.ts'
import { tableAfter, type Op, type Script } from './source.ts'

/** Workloads in which each rule has something to do. Keys 1 (second chunk) and 2 (first chunk) are there before. */
export const scripts = {
  updated: [[{ put: 1, toast: 101, loc: 1 }]],
  /** A row moves to where the first chunk was already read; its TOAST value is changed only later. */
  moved: [[{ put: 1, loc: 0 }], [{ put: 1, toast: 101, loc: 0 }]],
  deleted: [[{ put: 1, loc: 0 }], [{ del: 1 }]],
  /** A key is free again for another row. */
  rekeyed: [[{ put: 3, from: 1, loc: 0 }], [{ put: 1, toast: 102, loc: 1 }]],
  /** Two keys change places in one transaction. */
  swapped: [
    [
      { put: 9, from: 1, loc: 0 },
      { put: 1, from: 2, loc: 0 },
      { put: 2, from: 9, loc: 1 },
    ],
    [{ put: 1, loc: 0 }],
  ],
  truncated: [[{ truncate: true }], [{ put: 1, toast: 103, loc: 1 }], [{ put: 1, loc: 0 }]],
  rewritten: [[{ rewrite: 0 }], [{ put: 1, loc: 1 }]],
  /** Two transactions that share no row: visible in any order. */
  apart: [[{ put: 1, toast: 101, loc: 0 }], [{ put: 2, loc: 1 }]],
} as const satisfies Record<string, Script>

export type ScriptName = keyof typeof scripts

function randomOp(next: () => number, rows: readonly number[], toast: number): Op {
  const die = Math.floor(next() * 12)
  const below = (n: number) => Math.floor(next() * n)
  const loc = below(2)
  const key = rows[below(rows.length)]
  const free = [1, 2, 3, 4].filter((other) => !rows.includes(other))
  const other = free[below(free.length)]
  if (die === 0) return { truncate: true }
  if (die === 1) return { rewrite: loc }
  if (key === undefined || (die <= 4 && other !== undefined)) return { put: other ?? 1, toast, loc }
  if (die === 5) return { del: key }
  if (die <= 8 && other !== undefined) return { put: other, from: key, loc, toast: next() < 0.2 ? toast : undefined }
  return { put: key, loc, toast: next() < 0.3 ? toast : undefined }
}

/** Up to four transactions of up to three changes each, over four keys; the same seed gives the same script. */
export function randomScript(seed: number): Script {
  const next = random(seed)
  const script: Op[][] = []
  const count = 2 + Math.floor(next() * 3)
  for (let txn = 0; txn < count; txn += 1) {
    const ops: Op[] = []
    script.push(ops)
    for (let at = 0, size = 1 + Math.floor(next() * 3); at < size; at += 1) {
      const rows = [...tableAfter(script, [...script.keys()]).keys()]
      const op = randomOp(next, rows, 1000 + 10 * txn + at)
      if (!('rewrite' in op) || size === 1) ops.push(op)
    }
  }
  return script
}
