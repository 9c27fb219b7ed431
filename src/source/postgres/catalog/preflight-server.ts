import type { Finding } from '../../../core/finding.ts'
import { quoteIdentifier } from './quote.ts'
import type { ServerFacts } from './read-server-facts.ts'

const OLDEST_MAJOR = 14
const NEWEST_MAJOR = 18
const GB = 1024 ** 3
const DEFAULT_DECODING_MEM_BYTES = 64 * 1024 ** 2

/** First minor version of each major whose decoding learns at once that a table was added to a publication. */
const ADD_TABLE_FIXED_IN: Readonly<Record<number, number>> = { 14: 18, 15: 13, 16: 9, 17: 5 }

/** One look at the facts. Pure. */
type ServerCheck = (facts: ServerFacts) => readonly Finding[]

/** Everything that can be wrong with the server's settings and our role. Pure. */
export function checkServer(facts: ServerFacts): readonly Finding[] {
  return SERVER_CHECKS.flatMap((check) => check(facts))
}

const checkVersion: ServerCheck = ({ versionNum }) => {
  const major = Math.floor(versionNum / 10_000)
  if (major < OLDEST_MAJOR) {
    return [
      {
        level: 'error',
        code: 'VERSION_TOO_OLD',
        what: `The server is PostgreSQL ${major}.`,
        why: `This service reads PostgreSQL ${OLDEST_MAJOR} to ${NEWEST_MAJOR}: older ones cannot stream what it needs.`,
        remedy: `Upgrade the server to PostgreSQL ${OLDEST_MAJOR} or later.`,
      },
    ]
  }
  if (major > NEWEST_MAJOR) {
    return [
      {
        level: 'warning',
        code: 'VERSION_UNTESTED',
        what: `The server is PostgreSQL ${major}.`,
        why: `This service was tested up to PostgreSQL ${NEWEST_MAJOR}.`,
        remedy: 'Look for a newer version of this service.',
      },
    ]
  }
  const fixedIn = ADD_TABLE_FIXED_IN[major] ?? 0
  if (versionNum % 10_000 >= fixedIn) return []
  return [
    {
      level: 'warning',
      code: 'VERSION_STALE_PUBLICATION',
      what: `The server is PostgreSQL ${major}.${versionNum % 10_000}.`,
      why: 'A running stream of this version can overlook that a table was added to the publication while somebody wrote into it.',
      remedy: `Upgrade to PostgreSQL ${major}.${fixedIn} or later; until then restart this service after adding a table.`,
    },
  ]
}

const checkStandby: ServerCheck = ({ inRecovery }) =>
  inRecovery
    ? [
        {
          level: 'error',
          code: 'SERVER_STANDBY',
          what: 'The server is a standby.',
          why: 'Publications cannot be made on it, nor positions marked in its WAL.',
          remedy: 'Point source.url at the primary server.',
        },
      ]
    : []

const checkEncoding: ServerCheck = ({ encoding, database }) =>
  encoding === 'SQL_ASCII'
    ? [
        {
          level: 'warning',
          code: 'ENCODING_UNKNOWN',
          what: `Database ${database} has the encoding SQL_ASCII.`,
          why: 'The server does not know what its bytes mean: text that is not UTF-8 is refused by the target.',
          remedy: 'Move the data into a database with ENCODING UTF8, or make sure that all text in it is UTF-8.',
        },
      ]
    : []

const checkWalLevel: ServerCheck = ({ walLevel }) =>
  walLevel === 'logical'
    ? []
    : [
        {
          level: 'error',
          code: 'WAL_LEVEL',
          what: `wal_level is ${walLevel}.`,
          why: 'Changes can be decoded only from WAL that was written with wal_level = logical.',
          remedy: "ALTER SYSTEM SET wal_level = 'logical'; then restart PostgreSQL.",
        },
      ]

const checkSlotsLeft: ServerCheck = ({ slot, usedSlots, maxSlots }) =>
  slot === null && usedSlots >= maxSlots
    ? [
        {
          level: 'error',
          code: 'SLOTS_EXHAUSTED',
          what: `All ${maxSlots} replication slots are in use.`,
          why: 'The slot of this pipeline cannot be made.',
          remedy: `ALTER SYSTEM SET max_replication_slots = ${maxSlots + 10}; then restart PostgreSQL. Or drop a slot that nothing reads.`,
        },
      ]
    : []

const checkSendersLeft: ServerCheck = ({ slot, usedSenders, maxSenders }) =>
  (slot?.activePid ?? null) === null && usedSenders >= maxSenders
    ? [
        {
          level: 'error',
          code: 'SENDERS_EXHAUSTED',
          what: `All ${maxSenders} WAL senders are in use.`,
          why: 'The stream cannot be opened.',
          remedy: `ALTER SYSTEM SET max_wal_senders = ${maxSenders + 10}; then restart PostgreSQL.`,
        },
      ]
    : []

const checkSenderTimeout: ServerCheck = ({ walSenderTimeoutMs }) =>
  walSenderTimeoutMs === 0
    ? [
        {
          level: 'error',
          code: 'WAL_SENDER_TIMEOUT_OFF',
          what: 'wal_sender_timeout is 0.',
          why: 'A connection that died unnoticed would hold the slot for hours, and no other instance could take over.',
          remedy: "ALTER SYSTEM SET wal_sender_timeout = '60s'; SELECT pg_reload_conf();",
        },
      ]
    : []

const checkWalLimit: ServerCheck = ({ maxSlotWalBytes }) => {
  if (maxSlotWalBytes < 0) {
    return [
      {
        level: 'warning',
        code: 'SLOT_WAL_UNBOUNDED',
        what: 'max_slot_wal_keep_size is -1.',
        why: 'While the target or this service is down, the server keeps WAL until its disk is full.',
        remedy:
          "ALTER SYSTEM SET max_slot_wal_keep_size = '100GB'; SELECT pg_reload_conf(); with what the disk can spare.",
      },
    ]
  }
  if (maxSlotWalBytes >= GB) return []
  return [
    {
      level: 'warning',
      code: 'SLOT_WAL_TINY',
      what: `max_slot_wal_keep_size is ${Math.round(maxSlotWalBytes / 1024 ** 2)} MB.`,
      why: 'A short pause of the target is enough to lose the slot, and every table must then be copied anew.',
      remedy:
        "ALTER SYSTEM SET max_slot_wal_keep_size = '100GB'; SELECT pg_reload_conf(); with what the disk can spare.",
    },
  ]
}

const checkIdleTimeout: ServerCheck = ({ idleSlotTimeoutMs }) =>
  idleSlotTimeoutMs > 0
    ? [
        {
          level: 'warning',
          code: 'SLOT_IDLE_TIMEOUT',
          what: `idle_replication_slot_timeout is ${idleSlotTimeoutMs / 1000} s.`,
          why: 'When this service is down for longer, the server gives the slot up and every table must be copied anew.',
          remedy: 'ALTER SYSTEM SET idle_replication_slot_timeout = 0; SELECT pg_reload_conf();',
        },
      ]
    : []

const checkDecodingMemory: ServerCheck = ({ decodingWorkMemBytes }) =>
  decodingWorkMemBytes < DEFAULT_DECODING_MEM_BYTES
    ? [
        {
          level: 'info',
          code: 'DECODING_WORK_MEM_SMALL',
          what: `logical_decoding_work_mem is ${Math.round(decodingWorkMemBytes / 1024)} kB.`,
          why: 'Transactions beyond it are streamed before they commit and held back here, in sync.spool_directory.',
          remedy: "ALTER SYSTEM SET logical_decoding_work_mem = '64MB'; SELECT pg_reload_conf();",
        },
      ]
    : []

const checkRole: ServerCheck = ({ role }) =>
  role.mayReplicate
    ? []
    : [
        {
          level: 'error',
          code: 'ROLE_REPLICATION',
          what: `Role ${role.name} may not replicate.`,
          why: 'The stream and its slot need the right to replicate.',
          remedy: `ALTER ROLE ${quoteIdentifier(role.name)} REPLICATION; (Amazon RDS: GRANT rds_replication TO ${quoteIdentifier(role.name)};)`,
        },
      ]

const SERVER_CHECKS: readonly ServerCheck[] = [
  checkVersion,
  checkStandby,
  checkEncoding,
  checkWalLevel,
  checkSlotsLeft,
  checkSendersLeft,
  checkSenderTimeout,
  checkWalLimit,
  checkIdleTimeout,
  checkDecodingMemory,
  checkRole,
]
