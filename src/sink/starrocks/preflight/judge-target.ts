import type { Finding } from '../../../core/finding.ts'
import { isSupportedVersion, OLDEST_VERSION } from '../mysql/server-features.ts'
import { quoteIdentifier } from '../sql-text.ts'
import type { TargetFacts } from './target-facts.ts'

type Check = (facts: TargetFacts) => readonly Finding[]

/** Judges what was found of the target. Pure. */
export function judgeTarget(facts: TargetFacts): readonly Finding[] {
  return CHECKS.flatMap((check) => check(facts))
}

const frontEnds: Check = ({ feHttp, feMysql }) => [
  ...unreachable(feHttp, 'target.fe_http', 'over HTTP', 'Rows are loaded over it.'),
  ...unreachable(feMysql, 'target.fe_mysql', 'over the MySQL protocol', 'Tables are made and read over it.'),
]

function unreachable(answers: TargetFacts['feHttp'], setting: string, how: string, why: string): readonly Finding[] {
  const isAlone = answers.every(({ trouble }) => trouble !== null)
  return answers.flatMap(({ address, trouble }) => {
    if (trouble === null) return []
    const rest = isAlone ? '' : ' Another front end answers: the pipeline runs, with one less to fall back on.'
    return {
      level: isAlone ? 'error' : 'warning',
      code: /refused|denied/i.test(trouble) && /user|password/i.test(trouble) ? 'TARGET_AUTH' : 'TARGET_FE_UNREACHABLE',
      what: `Front end ${address} cannot be used ${how}: ${trouble}.`,
      why: `${why}${rest}`,
      remedy: `Check ${setting}, user, password, network, and that the front end runs.`,
    } as const
  })
}

const version: Check = ({ version: found }) => {
  if (found === null || isSupportedVersion(found)) return []
  const oldest = `${OLDEST_VERSION.major}.${OLDEST_VERSION.minor}`
  return [
    {
      level: 'error',
      code: 'TARGET_VERSION',
      what: `StarRocks ${found} is older than ${oldest}.`,
      why: 'Its load transactions and primary key tables behave otherwise than the pipeline relies on.',
      remedy: `Upgrade StarRocks to ${oldest} or later; 4.0 or later for exactly-once.`,
    },
  ]
}

const guarantee: Check = ({ guarantee: found, version: server, otherDatabases }) => {
  if (found === null) return []
  if (found === 'atomic') {
    return [
      {
        level: 'info',
        code: 'TARGET_GUARANTEE',
        what: 'Guarantee: atomic. Every source transaction becomes visible exactly once and as a whole, across tables.',
        why: 'The server has transactions over several tables, and all target tables are in one database.',
        remedy: 'Nothing to do.',
      },
    ]
  }
  const isOld = otherDatabases.length === 0
  return [
    {
      level: 'warning',
      code: 'TARGET_GUARANTEE',
      what: 'Guarantee: converging. Tables equal the source in the end, but a transaction over several tables is not seen as a whole.',
      why: isOld
        ? `StarRocks ${server ?? ''} has no transactions over several tables: after a crash the same rows are loaded again, which changes nothing in the end.`
        : `Routes lead to ${otherDatabases.join(', ')} too, and no transaction can span databases.`,
      remedy: isOld
        ? 'Upgrade StarRocks to 4.0 or later, or live with it.'
        : 'Route every table to one database, or live with it.',
    },
  ]
}

const backEnds: Check = ({ backEnds: nodes, nodes: listed }) => {
  const troubled = nodes.filter(({ trouble }) => trouble !== null)
  const findings = troubled.map(({ address, reachedAs, trouble }): Finding => {
    const host = address.split(':')[0] ?? address
    return {
      level: 'error',
      code: 'TARGET_BE_UNREACHABLE',
      what: `Back end ${address}${reachedAs === address ? '' : ` (as ${reachedAs})`} cannot be reached: ${trouble}.`,
      why: 'Front ends send every load on to a back end, at the address under which it registered itself.',
      remedy: `Open the port, or map the address: target.be_host_map: { "${host}": "an address that is reachable from here" }.`,
    }
  })
  const total = listed === null ? null : [...listed.backends, ...listed.computeNodes]
  if (total !== null && total.every((node) => !node.alive)) {
    findings.push({
      level: 'error',
      code: 'TARGET_NO_BACKEND',
      what: 'No back end and no compute node is alive.',
      why: 'Nothing can be loaded or read.',
      remedy: 'Start them; look at SHOW BACKENDS and SHOW COMPUTE NODES.',
    })
  }
  return findings
}

const replication: Check = ({ nodes, replicationNum }) => {
  const alive = nodes?.backends.filter((node) => node.alive).length ?? 0
  // Without back ends the cluster keeps its data in shared storage, and replicas mean nothing.
  if (alive === 0 || replicationNum <= alive) return []
  return [
    {
      level: 'error',
      code: 'TARGET_REPLICATION',
      what: `replication_num is ${replicationNum}, and ${alive} back end${alive === 1 ? ' is' : 's are'} alive.`,
      why: 'CREATE TABLE fails: every replica needs a back end of its own.',
      remedy: `Set target.properties: { replication_num: ${alive} }, or start more back ends.`,
    },
  ]
}

const NEEDED = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'ALTER', 'DROP', 'CREATE TABLE'] as const

const privileges: Check = ({ grants, database, user }) => {
  // What comes through a role is not listed by name everywhere: then nothing can be said.
  if (grants === null || grants.length === 0) return []
  const text = grants.join('\n').toUpperCase()
  if (/\bALL\b|\bROOT\b|\b(DB|CLUSTER)_ADMIN\b|GRANT '[^']+' TO|GRANT [A-Z_0-9]+ TO/.test(text)) return []
  const missing = NEEDED.filter((privilege) => !text.includes(privilege))
  if (missing.length === 0) return []
  const onTables = missing.filter((privilege) => privilege !== 'CREATE TABLE')
  const db = quoteIdentifier(database)
  const statements = [
    ...(onTables.length > 0 ? [`GRANT ${onTables.join(', ')} ON ALL TABLES IN DATABASE ${db} TO USER ${user};`] : []),
    ...(missing.includes('CREATE TABLE') ? [`GRANT CREATE TABLE ON DATABASE ${db} TO USER ${user};`] : []),
  ]
  return [
    {
      level: 'warning',
      code: 'TARGET_PRIVILEGE',
      what: `No grant of ${missing.join(', ')} is seen for ${user}.`,
      why: 'The pipeline makes tables, loads, reads and swaps them; what is not allowed stops it or a table.',
      remedy: statements.join(' '),
    },
  ]
}

const LEAST_LABELS = 100

const frontEndConfig: Check = ({ feConfig }) => {
  const labels = Number(feConfig.get('label_keep_max_num') ?? Number.NaN)
  const running = Number(feConfig.get('max_running_txn_num_per_db') ?? Number.NaN)
  const findings: Finding[] = []
  if (labels < LEAST_LABELS) {
    findings.push({
      level: 'warning',
      code: 'TARGET_LABEL_KEEP',
      what: `The front end remembers ${labels} finished transactions per database (label_keep_max_num).`,
      why: 'A label is the second lock against a stalled twin of this service; one that is forgotten locks nothing.',
      remedy: `ADMIN SET FRONTEND CONFIG ("label_keep_max_num" = "1000");`,
    })
  }
  if (running < LEAST_LABELS) {
    findings.push({
      level: 'warning',
      code: 'TARGET_RUNNING_TXNS',
      what: `The front end allows ${running} open transactions per database (max_running_txn_num_per_db).`,
      why: 'Chunks are loaded in parallel, each in a transaction of its own; others of the database count too.',
      remedy: `ADMIN SET FRONTEND CONFIG ("max_running_txn_num_per_db" = "1000");`,
    })
  }
  return findings
}

const CHECKS: readonly Check[] = [frontEnds, version, guarantee, backEnds, replication, privileges, frontEndConfig]
