import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { SyncError } from '../core/sync-error.ts'
import { alertingWarnings } from './alerting/alerting-warnings.ts'
import { configFile, type Config } from './config.ts'
import { ConfigError, lineColumn, type ConfigProblem, type ConfigSource, type LineColumn } from './config-problem.ts'
import { declarationOf, type Structure } from './declaration.ts'
import { explainIssue } from './explain-issue.ts'
import type { Surroundings } from './expand-references.ts'
import { maskedRanges, suspectedRanges } from './masked-ranges.ts'
import { secret, type Secret } from './secret.ts'
import { showPath } from './structure-at.ts'
import { plainValue, readYaml, type YamlNode } from './yaml-tree.ts'

/** A configuration that is in order. Warnings are about what is accepted but has no effect. */
export interface LoadedConfig {
  readonly config: Config
  readonly warnings: readonly ConfigWarning[]
}

/** Something to know about a configuration that is in order. */
interface ConfigWarning extends LineColumn {
  readonly file: string
  readonly message: string
}

function keysNotInForce(node: YamlNode, structure: Structure, path: readonly string[]): readonly ConfigProblem[] {
  if (node.tag !== 'map' || structure.tag !== 'section') return []
  return [...node.entries].flatMap(([name, entry]) => {
    const schema = structure.keys[name]
    if (!schema) return []
    const declaration = declarationOf(schema)
    const inner = [...path, name]
    if (declaration.notInForce === undefined) return keysNotInForce(entry.value, declaration.structure, inner)
    const message = `${showPath(inner)} is accepted but not in force in this version: ${declaration.notInForce}`
    return [{ ...entry.key, message }]
  })
}

/**
 * Reads a configuration from its text; `file` is its name in messages.
 * @throws {ConfigError} that shows all mistakes at once.
 */
export function parseConfig(text: string, file: string, around: Surroundings): LoadedConfig {
  const tree = readYaml(text, around)
  if (tree.syntaxErrors.length > 0) {
    throw new ConfigError({ file, text, masked: suspectedRanges(text) }, tree.syntaxErrors)
  }
  const source: ConfigSource = { file, text, masked: maskedRanges(tree.root, configFile.structure, text) }
  const plain = plainValue(tree.root)
  const result = configFile.schema.safeParse(plain)
  const issues = result.success ? [] : result.error.issues
  const problems = [
    ...tree.problems,
    ...issues.flatMap((issue) => explainIssue(issue, tree.root, configFile.structure)),
  ]
  if (!result.success || problems.length > 0) throw new ConfigError(source, problems)
  const idle = [
    ...keysNotInForce(tree.root, configFile.structure, []),
    ...alertingWarnings(result.data.alerting, tree.root),
  ]
  const warnings = idle.map(({ start, message }): ConfigWarning => ({ file, ...lineColumn(text, start), message }))
  return { config: { ...result.data, alertingInput: alertingInput(plain) }, warnings }
}

function alertingInput(plain: unknown): Secret {
  const section = typeof plain === 'object' && plain !== null && 'alerting' in plain ? plain.alerting : null
  return secret(JSON.stringify(section ?? {}))
}

/** Reads the file. @throws {SyncError} CONFIG_INVALID when it cannot be read; {@link ConfigError} when it has mistakes. */
export function loadConfig(path: string, env: Readonly<Record<string, string | undefined>>): LoadedConfig {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    const reason = code === 'ENOENT' ? 'there is no such file' : `the file cannot be read (${code})`
    const remedy = 'Name the configuration file with --config FILE or in SYNC_CONFIG.'
    throw new SyncError('CONFIG_INVALID', `${path}: ${reason}`, { cause: error, remedy })
  }
  const directory = dirname(resolve(path))
  return parseConfig(text, path, { env, readFile: (name) => readFileSync(resolve(directory, name), 'utf8') })
}
