/** The only file that knows the CEL library: grammar and types of conditions come from it, what they mean does not. */
import { Environment, ParseError, TypeError as CelTypeError, type ASTNode } from '@marcbachmann/cel-js'
import { nearestName } from '../nearest-name.ts'
import { ConditionError } from './condition-error.ts'
import { toCel } from './friendly-spelling.ts'
import { SIGNALS } from './signal-catalogue.ts'

/** Functions of a signal and a duration that give a number. */
export const SPAN_FUNCTIONS = ['over', 'avg', 'max', 'min', 'forecast'] as const

const FUNCTIONS = [...SPAN_FUNCTIONS, 'baseline', 'anomaly', 'absent']

const LIMITS = { maxAstNodes: 200, maxDepth: 20 }

const unreachable = (): never => {
  throw new Error('conditions are not evaluated by the CEL library')
}

function conditionEnvironment(): Environment {
  const environment = new Environment({ limits: LIMITS })
  for (const name of Object.keys(SIGNALS)) environment.registerVariable(name, 'double')
  for (const name of SPAN_FUNCTIONS) environment.registerFunction(`${name}(double, string): double`, unreachable)
  environment.registerFunction('baseline(double): double', unreachable)
  environment.registerFunction('anomaly(double): bool', unreachable)
  environment.registerFunction('absent(double): bool', unreachable)
  // CEL has no overload for a double and an int: without these, error_rate * 100 would be refused.
  for (const op of ['+', '-', '*', '/']) {
    environment.registerOperator(`double ${op} int`, unreachable)
    environment.registerOperator(`int ${op} double`, unreachable)
  }
  environment.registerOperator('double == int', unreachable)
  return environment
}

const environment = conditionEnvironment()

/** A node of the tree. */
export type CelNode = ASTNode

/** The tree of a condition; its places count in `writtenOffset`. */
export interface CelTree {
  readonly ast: CelNode
  /** `bool`, `double`, ... */
  readonly type: string
  /** Where a node stands in the text as it was written. */
  placeOf(node: { readonly start: number; readonly end: number }): { readonly start: number; readonly end: number }
}

/** Reads a condition and checks its names and types. @throws {ConditionError} that points at what is wrong. */
export function parseCel(written: string): CelTree {
  const cel = toCel(written)
  const placeOf = ({ start, end }: { readonly start: number; readonly end: number }) => {
    const first = Math.min(cel.writtenOffset(start), Math.max(written.length - 1, 0))
    return { start: first, end: Math.max(first + 1, cel.writtenOffset(end - 1) + 1) }
  }
  try {
    const parsed = environment.parse(cel.text)
    const { valid, type, error } = parsed.check()
    if (!valid || type === undefined) throw error ?? new Error('the condition has no type')
    return { ast: parsed.ast, type, placeOf }
  } catch (error) {
    if (!(error instanceof ParseError) && !(error instanceof CelTypeError)) throw error
    throw new ConditionError(inOurWords(error), placeOf(error.range ?? { start: 0, end: cel.text.length }))
  }
}

function inOurWords({ code, summary }: { readonly code: string; readonly summary: string }): string {
  const [, name = ''] = /^Unknown variable: (\w+)/.exec(summary) ?? []
  if (name !== '') return `names ${JSON.stringify(name)}, which is no signal${suggestion(name, Object.keys(SIGNALS))}`
  const [, call = ''] = /'(\w+)\(/.exec(summary) ?? []
  if (code === 'no_matching_overload' && FUNCTIONS.includes(call)) {
    return `calls ${call} wrongly: write ${callExample(call)}`
  }
  if (call !== '') return `calls ${JSON.stringify(call)}, which is no function${suggestion(call, FUNCTIONS)}`
  if (summary === 'Unexpected token: EOF') return 'ends too early'
  return `cannot be read: ${summary}`
}

function callExample(name: string): string {
  return SPAN_FUNCTIONS.some((span) => span === name) ? `${name}(lag_seconds, 1h)` : `${name}(lag_seconds)`
}

function suggestion(name: string, known: readonly string[]): string {
  const near = nearestName(name, known)
  return near === undefined ? `; known are ${known.join(', ')}` : `; did you mean ${JSON.stringify(near)}?`
}
