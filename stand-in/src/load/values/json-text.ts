/**
 * JSON as StarRocks shows it after storing: `{"a": 1, "b": [1, 2]}`, keys in order, numbers as 64-bit integers or
 * doubles. Undefined when the text is no JSON. (The order of keys is an assumption: VelocyPack's dump order.)
 */
export function canonicalJson(text: string): string | undefined {
  return printed(text, { comma: ', ', colon: ': ', sortKeys: true })
}

/** ARRAY, MAP and STRUCT as shown: `[1,2,null]`, `{"a":1}`. */
export function canonicalNested(text: string): string | undefined {
  return printed(text, { comma: ',', colon: ':', sortKeys: false })
}

interface Style {
  readonly comma: string
  readonly colon: string
  readonly sortKeys: boolean
}

/** A number keeps its source text, so that 64-bit integers are not rounded. */
class SourceNumber {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

function printed(text: string, style: Style): string | undefined {
  try {
    const parsed: unknown = JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
      typeof value === 'number' ? new SourceNumber(context?.source ?? String(value)) : value,
    )
    return print(parsed, style)
  } catch {
    return undefined
  }
}

function print(value: unknown, style: Style): string {
  if (value instanceof SourceNumber) return printNumber(value.text)
  if (Array.isArray(value)) return `[${value.map((item: unknown) => print(item, style)).join(style.comma)}]`
  if (typeof value === 'object' && value !== null) {
    const entries: [string, unknown][] = Object.entries(value)
    if (style.sortKeys) entries.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    const members = entries.map(([key, item]) => `${JSON.stringify(key)}${style.colon}${print(item, style)}`)
    return `{${members.join(style.comma)}}`
  }
  return JSON.stringify(value)
}

function printNumber(text: string): string {
  if (/^-?\d+$/.test(text)) {
    const value = BigInt(text)
    if (value >= -(2n ** 63n) && value < 2n ** 64n) return value.toString()
  }
  return String(Number(text))
}
