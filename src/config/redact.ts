import type { Config } from './config.ts'
import { isSecret, MASK } from './secret.ts'

/** A value that can be printed. */
export type Printable = string | number | boolean | null | readonly Printable[] | { readonly [key: string]: Printable }

function printable(value: unknown): Printable {
  if (isSecret(value)) return MASK
  if (value instanceof Map) return printable(Object.fromEntries(value))
  if (Array.isArray(value)) return value.map(printable)
  if (typeof value === 'object' && value !== null) {
    // A pattern or template is shown as it was written.
    if ('text' in value && typeof value.text === 'string') return value.text
    const shown = Object.entries(value).filter(([, inner]) => inner !== undefined)
    return Object.fromEntries(shown.map(([key, inner]) => [key, printable(inner)]))
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
}

/** The configuration with defaults filled in, for printing: secrets are `***`. */
export function redact(config: Config): Printable {
  return printable(config)
}
