import { parseDuration } from '../duration.ts'
import { parseCel, SPAN_FUNCTIONS, type CelNode, type CelTree } from './cel-syntax.ts'
import { ConditionError } from './condition-error.ts'
import {
  OPPOSITE,
  readingsOfNumber,
  type Comparison,
  type Condition,
  type ConditionTerm,
  type NumberTerm,
} from './condition.ts'
import { signalNamed } from './signal-catalogue.ts'

const LONGEST_SPAN_MS = 7 * 86_400_000
const SHORTEST_SPAN_MS = 10_000

const SWAPPED: Readonly<Record<Comparison, Comparison>> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  '==': '==',
  '!=': '!=',
}

/** Reads a condition. @throws {ConditionError} (a RangeError) that says what is wrong with which part of it. */
export function parseCondition(text: string): Condition {
  const tree = parseCel(text)
  if (tree.type !== 'bool') {
    throw new ConditionError('is a number, not a condition: compare it, as in error_rate > 0.05', {
      start: 0,
      end: text.length,
    })
  }
  return { text, term: new ConditionReader(tree).condition(tree.ast, true) }
}

type ComparisonNode = Extract<CelNode, { readonly op: Comparison }>

function isComparison(node: CelNode): node is ComparisonNode {
  return Object.hasOwn(OPPOSITE, node.op)
}

/** Turns the library's tree into ours, and refuses what has no equal in PromQL. */
class ConditionReader {
  readonly #tree: CelTree

  constructor(tree: CelTree) {
    this.#tree = tree
  }

  /** `holds` is false inside of a negation. */
  condition(node: CelNode, holds: boolean): ConditionTerm {
    switch (node.op) {
      case '!_':
        return this.condition(node.args, !holds)
      case '&&':
      case '||': {
        const [left, right] = node.args
        const tag = (node.op === '&&') === holds ? 'and' : 'or'
        return { tag, left: this.condition(left, holds), right: this.condition(right, holds) }
      }
      case 'call':
        return this.#question(node, node.args, holds)
      default:
        return isComparison(node)
          ? this.#comparison(node, node.args, holds ? node.op : OPPOSITE[node.op])
          : this.#refuse(node, `uses ${JSON.stringify(node.op)}, which conditions do not have`)
    }
  }

  #question(node: CelNode, [name, [signal]]: readonly [string, readonly CelNode[]], holds: boolean): ConditionTerm {
    if (!signal || (name !== 'anomaly' && name !== 'absent')) return this.#refuse(node, 'is not a condition here')
    return { tag: name, signal: this.#signalName(signal, name), holds }
  }

  #comparison(node: CelNode, [leftNode, rightNode]: readonly [CelNode, CelNode], op: Comparison): ConditionTerm {
    const left = this.#number(leftNode)
    const right = this.#number(rightNode)
    if (readingsOfNumber(left).length > 0) return { tag: 'compare', op, left, right }
    if (readingsOfNumber(right).length > 0) return { tag: 'compare', op: SWAPPED[op], left: right, right: left }
    return this.#refuse(node, 'compares two constants, which is always the same')
  }

  #number(node: CelNode): NumberTerm {
    switch (node.op) {
      case 'value': {
        const value = typeof node.args === 'bigint' ? Number(node.args) : node.args
        return typeof value === 'number' ? { tag: 'number', value } : this.#refuse(node, 'needs a number here')
      }
      case 'id':
        return { tag: 'reading', reading: { signal: node.args, how: 'now', spanMs: 0 } }
      case '-_':
        return this.#arithmetic('-', { tag: 'number', value: 0 }, this.#number(node.args))
      case '+':
      case '-':
      case '*':
      case '/':
        return this.#arithmetic(node.op, this.#number(node.args[0]), this.#number(node.args[1]))
      case 'call':
        return this.#call(node, ...node.args)
      default:
        return this.#refuse(node, `uses ${JSON.stringify(node.op)}, which conditions do not have`)
    }
  }

  #arithmetic(op: '+' | '-' | '*' | '/', left: NumberTerm, right: NumberTerm): NumberTerm {
    if (left.tag !== 'number' || right.tag !== 'number') return { tag: 'arithmetic', op, left, right }
    return { tag: 'number', value: calculate(op, left.value, right.value) }
  }

  #call(node: CelNode, name: string, [signalNode, spanNode]: readonly CelNode[]): NumberTerm {
    if (!signalNode) return this.#refuse(node, `calls ${name} without a signal`)
    const signal = this.#signalName(signalNode, name)
    if (name === 'baseline') return { tag: 'reading', reading: { signal, how: 'baseline', spanMs: 0 } }
    const how = SPAN_FUNCTIONS.find((span) => span === name)
    if (how === undefined || !spanNode) return this.#refuse(node, 'is not a number here')
    if (how === 'over' && signalNamed(signal).windowMs === undefined) {
      return this.#refuse(signalNode, `asks for a window of ${signal}, which is a present value: use avg, max or min`)
    }
    return { tag: 'reading', reading: { signal, how, spanMs: this.#span(spanNode) } }
  }

  #span(node: CelNode): number {
    if (node.op !== 'value' || typeof node.args !== 'string') return this.#refuse(node, 'needs a duration such as 1h')
    let spanMs: number
    try {
      spanMs = parseDuration(node.args)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      return this.#refuse(node, `has a duration that ${error.message}`)
    }
    if (spanMs < SHORTEST_SPAN_MS || spanMs > LONGEST_SPAN_MS) {
      return this.#refuse(node, 'has a duration outside 10s to 7d')
    }
    return spanMs
  }

  #signalName(node: CelNode, call: string): string {
    if (node.op === 'id') return node.args
    return this.#refuse(node, `must give ${call} the name of a signal, nothing reckoned`)
  }

  #refuse(node: CelNode, message: string): never {
    throw new ConditionError(message, this.#tree.placeOf(node))
  }
}

/** Arithmetic of conditions: that of PromQL. */
export function calculate(op: '+' | '-' | '*' | '/', left: number, right: number): number {
  switch (op) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return left / right
  }
}
