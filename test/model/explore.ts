/**
 * A small model checker: breadth first with state hashing where a model is small, seeded random walks where it is not.
 * A model is a pure function from a state to its possible steps; nothing here knows what is modelled.
 */

/** One possible step. A fault is the world's doing: a state from which only faults lead on counts as settled. */
export interface Step<S> {
  readonly name: string
  readonly next: S
  readonly fault?: boolean | undefined
  /** A random walk takes it seldom, as if it were a fault. */
  readonly rare?: boolean | undefined
  /** Who acts: a random walk tends to let the same one go on, so that others stand still for long. */
  readonly by?: number | undefined
}

/** What is explored. `violation` names the broken invariant, or gives undefined; `settled` means that all work is done. */
export interface Model<S> {
  readonly initial: S
  readonly steps: (state: S) => readonly Step<S>[]
  readonly violation: (state: S, settled: boolean) => string | undefined
}

/** A broken invariant with the steps that led to it (the shortest ones when found breadth first). */
interface Found {
  readonly violation: string
  readonly trace: readonly string[]
}

/** `complete` says that every reachable state was seen. `count` is states (breadth first) or steps (walks). */
export interface Explored {
  readonly count: number
  readonly settled: number
  readonly complete: boolean
  readonly found: Found | undefined
}

/** 53 bits of a state's text (cyrb53, public domain): two of a million states collide with a probability of 1e-4. */
function hash53(text: string): number {
  let a = 0xdeadbeef
  let b = 0x41c6ce57
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i)
    a = Math.imul(a ^ c, 2654435761)
    b = Math.imul(b ^ c, 1597334677)
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909)
  return 4294967296 * (2097151 & b) + (a >>> 0)
}

interface Node<S> {
  readonly state: S
  readonly index: number
}

/** Who came from where, by index: enough to tell the trace again without keeping the states. */
class Lineage {
  readonly #parents: number[] = [-1]
  readonly #names: string[] = ['start']

  add(parent: number, name: string): number {
    this.#parents.push(parent)
    return this.#names.push(name) - 1
  }

  trace(index: number): readonly string[] {
    const names: string[] = []
    for (let at = index; at > 0; at = this.#parents[at] ?? 0) names.unshift(this.#names[at] ?? '?')
    return names
  }
}

/** Sees every state once, nearest first, up to `limit` states. */
export function explore<S>(model: Model<S>, limit: number): Explored {
  const seen = new Set<number>([hash53(JSON.stringify(model.initial))])
  const lineage = new Lineage()
  let frontier: Node<S>[] = [{ state: model.initial, index: 0 }]
  let settledStates = 0
  while (frontier.length > 0) {
    const next: Node<S>[] = []
    for (const node of frontier) {
      const steps = model.steps(node.state)
      const settled = steps.every((step) => step.fault === true)
      if (settled) settledStates += 1
      const violation = model.violation(node.state, settled)
      if (violation !== undefined) {
        const found = { violation, trace: lineage.trace(node.index) }
        return { count: seen.size, settled: settledStates, complete: false, found }
      }
      for (const step of steps) {
        const hash = hash53(JSON.stringify(step.next))
        if (seen.has(hash)) continue
        seen.add(hash)
        next.push({ state: step.next, index: lineage.add(node.index, step.name) })
      }
      if (seen.size >= limit) return { count: seen.size, settled: settledStates, complete: false, found: undefined }
    }
    frontier = next
  }
  return { count: seen.size, settled: settledStates, complete: true, found: undefined }
}

/** mulberry32 (public domain): the same seed gives the same walk everywhere. Numbers in [0, 1). */
export function random(seed: number): () => number {
  let a = seed >>> 0
  return () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** A scheduler with habits: faults are few, and whoever acted last tends to act again. */
function pick<S>(steps: readonly Step<S>[], next: () => number, last: Step<S> | undefined): Step<S> | undefined {
  const calm = steps.filter((step) => step.fault !== true && step.rare !== true)
  const any = calm.length === 0 || next() < 0.15
  const mine = any || last?.by === undefined || next() < 0.2 ? [] : calm.filter((step) => step.by === last.by)
  const pool = any ? steps : mine.length > 0 ? mine : calm
  return pool[Math.floor(next() * pool.length)]
}

/** Walks at random until `steps` steps are made, starting again wherever a walk ends or grows longer than `longest`. */
export function walk<S>(model: (walk: number) => Model<S>, seed: number, steps: number, longest = 400): Explored {
  const next = random(seed)
  let settledStates = 0
  for (let made = 0, round = 0; made < steps; round += 1) {
    const { initial, steps: possible, violation } = model(round)
    const trace: string[] = []
    let last: Step<S> | undefined
    for (let state = initial; ; made += 1) {
      const choices = possible(state)
      const settled = choices.every((step) => step.fault === true)
      if (settled) settledStates += 1
      const broken = violation(state, settled)
      if (broken !== undefined) {
        return { count: made, settled: settledStates, complete: false, found: { violation: broken, trace } }
      }
      const step = pick(choices, next, last)
      last = step
      if (step === undefined || trace.length >= longest) break
      trace.push(step.name)
      state = step.next
    }
    made += 1
  }
  return { count: steps, settled: settledStates, complete: false, found: undefined }
}
