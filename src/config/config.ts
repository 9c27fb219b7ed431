import { alertingSection, type AlertingConfig } from './alerting-section.ts'
import { defaultedSection, optional, required, scalar, section, type Kind, type Refuse } from './declaration.ts'
import { httpSection, type HttpConfig } from './http-section.ts'
import { monitoringSection, type MonitoringConfig } from './monitoring-section.ts'
import { loggingSection, type LoggingConfig } from './logging-section.ts'
import { parseNamePattern } from './name-pattern.ts'
import { choice, httpOrigin } from './scalars.ts'
import { secret, type Secret } from './secret.ts'
import { sourceSection, type SourceConfig } from './source-section.ts'
import { syncSection, type SyncConfig } from './sync-section.ts'
import { tablesList, type TableRule } from './tables-section.ts'
import { targetSection, type TargetConfig } from './target-section.ts'

/** A pipeline file that is in order, and what another thread needs to read a part of it again. */
export interface Config extends FileConfig {
  /** The text of `alerting` as JSON, references expanded: typed values hold functions and cannot be handed to a thread. */
  readonly alertingInput: Secret
}

/** A pipeline file, read and checked. Units are in the names; secrets are {@link Secret}s. */
interface FileConfig {
  /** `[a-z_][a-z0-9_]*`, at most 40 characters. */
  readonly pipeline: string
  readonly engine: 'embedded'
  readonly source: SourceConfig
  readonly target: TargetConfig
  /** At least one; the first that matches a table decides. */
  readonly tables: readonly TableRule[]
  readonly sync: SyncConfig
  readonly http: HttpConfig
  readonly monitoring: MonitoringConfig
  readonly logging: LoggingConfig
  readonly alerting: AlertingConfig
  readonly flink?: FlinkConfig | undefined
}

/** The Flink cluster of `engine: flink`. */
interface FlinkConfig {
  readonly restUrl: string
}

const PIPELINE_NAME = /^[a-z_][a-z0-9_]{0,39}$/

const pipelineName = scalar('name', (value) => {
  if (PIPELINE_NAME.test(value)) return value
  throw new RangeError('is not a name of 1 to 40 characters a-z, 0-9 and _, not beginning with a digit')
})

/** A pipeline's name made of its database's name. */
function nameAfter(database: string): string {
  const name = database.toLowerCase().replace(/[^a-z0-9_]+/g, '_')
  return (/^[0-9]/.test(name) ? `_${name}` : name).slice(0, 40)
}

/** As a database of StarRocks may be called. */
function databaseAfter(database: string): string {
  const name = database.replace(/[^A-Za-z0-9_]+/g, '_')
  return /^[0-9]/.test(name) ? `_${name}` : name
}

const DEFAULT_RULE: TableRule = {
  source: parseNamePattern('public.*'),
  skip: false,
  excludeColumns: [],
  delete: 'hard',
  columnTypes: {},
  properties: {},
}

const flink = section({ rest_url: required(httpOrigin, 'REST address of the JobManager.') }, (yaml): FlinkConfig => ({
  restUrl: yaml.rest_url,
}))

const keys = {
  pipeline: optional(pipelineName, {
    doc: 'The pipeline’s name: slot, publication and the target’s bookkeeping are named after it. Never change it later.',
    defaultText: 'made of the name of the source database',
  }),
  engine: optional(choice(['embedded'], { flink: 'pipelines run in this process (engine: embedded)' }), {
    doc: 'What executes the pipeline.',
    defaultText: 'embedded',
  }),
  source: required(sourceSection, 'The PostgreSQL database that is copied.'),
  target: required(targetSection, 'The StarRocks cluster that it is copied to.'),
  tables: optional(tablesList, {
    doc: 'Which tables, and how each is copied; the first entry that matches decides. System schemas never match.',
    defaultText: '`public.*`',
  }),
  sync: defaultedSection(syncSection, { doc: 'Batches, first copies, bounds.' }),
  http: defaultedSection(httpSection, { doc: 'Health, metrics and API over HTTP.' }),
  monitoring: defaultedSection(monitoringSection, { doc: 'What is measured, and when something counts as wrong.' }),
  logging: defaultedSection(loggingSection, { doc: 'Log lines.' }),
  alerting: defaultedSection(alertingSection, { doc: 'Alerts.' }),
  flink: optional(flink, { doc: 'The cluster of `engine: flink`.', notInForce: 'pipelines run in this process' }),
}

function refuseRepeated(rules: readonly TableRule[], refuse: Refuse): void {
  for (const [index, { source }] of rules.entries()) {
    const first = rules.findIndex((other) => other.source.text === source.text)
    if (first < index) refuse(['tables', index, 'source'], `never reached: entry ${first + 1} has the same pattern`)
  }
}

/** The whole file. */
export const configFile: Kind<FileConfig> = section(keys, (yaml, refuse): FileConfig => {
  const pipeline = yaml.pipeline ?? nameAfter(yaml.source.database)
  const tables = yaml.tables ?? [DEFAULT_RULE]
  refuseRepeated(tables, refuse)
  return {
    pipeline,
    engine: yaml.engine ?? 'embedded',
    source: {
      ...yaml.source,
      slot: yaml.source.slot ?? `${pipeline}_sync`,
      publication: yaml.source.publication ?? `${pipeline}_sync`,
    },
    target: {
      ...yaml.target,
      password: yaml.target.password ?? secret(''),
      database: yaml.target.database ?? databaseAfter(yaml.source.database),
    },
    tables,
    sync: yaml.sync,
    http: yaml.http,
    monitoring: yaml.monitoring,
    logging: yaml.logging,
    alerting: yaml.alerting,
    flink: yaml.flink,
  }
})
