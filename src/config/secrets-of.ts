import type { Config } from './config.ts'
import { isSecret } from './secret.ts'

function collect(value: unknown): readonly string[] {
  if (isSecret(value)) return [value.reveal()]
  if (value instanceof Map) return [...value.values()].flatMap(collect)
  if (Array.isArray(value)) return value.flatMap(collect)
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(collect) : []
}

/** Every secret of a configuration, revealed: for whoever must hide them in texts of others. */
export function secretsOf(config: Config): readonly string[] {
  return [...new Set(collect(config))]
}
