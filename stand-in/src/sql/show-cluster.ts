import { showTime } from '../clock.ts'
import { StandInError } from '../stand-in-error.ts'
import type { Session } from './session.ts'
import { showFiltered } from './show-filter.ts'
import { transactionColumns, transactionRow } from './show-jobs.ts'
import type { SqlContext } from './sql-context.ts'
import { type StatementResult, textRows } from './statement-result.ts'
import type { TokenCursor } from './token-cursor.ts'

const backendColumns = [
  'BackendId',
  'IP',
  'HeartbeatPort',
  'BePort',
  'HttpPort',
  'BrpcPort',
  'LastStartTime',
  'LastHeartbeat',
  'Alive',
  'SystemDecommissioned',
  'ClusterDecommissioned',
  'TabletNum',
  'DataUsedCapacity',
  'AvailCapacity',
  'TotalCapacity',
  'UsedPct',
  'MaxDiskUsedPct',
  'ErrMsg',
  'Version',
  'Status',
  'DataTotalCapacity',
  'DataUsedPct',
  'CpuCores',
  'NumRunningQueries',
  'MemUsedPct',
  'CpuUsedPct',
  'DataCacheMetrics',
  'Location',
]

const frontendColumns = [
  'Id',
  'Name',
  'IP',
  'EditLogPort',
  'HttpPort',
  'QueryPort',
  'RpcPort',
  'Role',
  'ClusterId',
  'Join',
  'Alive',
  'ReplayedJournalId',
  'LastHeartbeat',
  'IsHelper',
  'ErrMsg',
  'StartTime',
  'Version',
]

type ClusterShow = (context: SqlContext, session: Session, cursor: TokenCursor) => StatementResult

const charsets: ClusterShow = (_context, _session, cursor) =>
  showFiltered(
    cursor,
    ['Charset', 'Description', 'Default collation', 'Maxlen'],
    [['utf8', 'UTF-8 Unicode', 'utf8_general_ci', '3']],
    { likeColumn: 'Charset' },
  )

/** Nodes and what they do are for administrators of the cluster. */
const operates = ({ access }: Session): void => {
  if (!access.allows({ tag: 'system' }, 'NODE')) access.require({ tag: 'system' }, 'OPERATE')
}

const diagnostics: ClusterShow = (_context, _session, cursor) => {
  if (cursor.accept('LIMIT')) cursor.whole()
  cursor.end()
  return textRows(['Level', 'Code', 'Message'], [])
}

/** By the word after SHOW. */
const clusterShows: Readonly<Record<string, ClusterShow>> = {
  BACKENDS: (context, session) => (operates(session), showBackends(context)),
  FRONTENDS: (context, session) => (operates(session), showFrontends(context)),
  PROC: (context, session, cursor) => (operates(session), showProc(context, cursor.string())),
  WARNINGS: diagnostics,
  ERRORS: diagnostics,
  ENGINES: () => textRows(['Engine', 'Support', 'Comment'], [['OLAP', 'YES', 'Default storage engine of StarRocks']]),
  CATALOGS: () =>
    textRows(
      ['Catalog', 'Type', 'Comment'],
      [['default_catalog', 'Internal', "An internal catalog contains this cluster's self-managed tables."]],
    ),
  COLLATION: (_context, _session, cursor) =>
    showFiltered(
      cursor,
      ['Collation', 'Charset', 'Id', 'Default', 'Compiled', 'Sortlen'],
      [['utf8_general_ci', 'utf8', '33', 'Yes', 'Yes', '1']],
      { likeColumn: 'Collation' },
    ),
  CHARSET: charsets,
}

/** SHOW of nodes and of what clients ask at connection, and SHOW PROC (reference/starrocks.md 6). Undefined when it is none of them. */
export function showCluster(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult | undefined {
  if (cursor.accept('COMPUTE', 'NODES')) {
    operates(session)
    return textRows(backendColumns, [])
  }
  if (cursor.accept('CHARACTER', 'SET') || cursor.accept('CHAR', 'SET')) return charsets(context, session, cursor)
  const show = clusterShows[cursor.peek?.word ?? '']
  if (show === undefined) return undefined
  cursor.next()
  const result = show(context, session, cursor)
  cursor.end()
  return result
}

function row(columns: readonly string[], values: Readonly<Record<string, string>>): string[] {
  return columns.map((column) => values[column] ?? '')
}

function showBackends(context: SqlContext): StatementResult {
  const nowText = showTime(context.clock.nowMs()) ?? ''
  const rows = context.cluster.backEnds.map((backEnd) =>
    row(backendColumns, {
      BackendId: String(backEnd.id),
      IP: context.options.host,
      HeartbeatPort: '9050',
      BePort: '9060',
      HttpPort: String(backEnd.httpPort),
      BrpcPort: '8060',
      LastStartTime: showTime(backEnd.startMs) ?? '',
      LastHeartbeat: nowText,
      Alive: String(backEnd.isAlive),
      SystemDecommissioned: 'false',
      ClusterDecommissioned: 'false',
      TabletNum: String(
        [...context.catalog.databases.values()].reduce((sum, database) => sum + database.tables.size, 0),
      ),
      DataUsedCapacity: '1.000 GB',
      AvailCapacity: '99.000 GB',
      TotalCapacity: '100.000 GB',
      UsedPct: '1.00 %',
      MaxDiskUsedPct: '1.00 %',
      Version: context.options.version.current,
      Status: `{"lastSuccessReportTabletsTime":"${nowText}"}`,
      CpuCores: '2',
      NumRunningQueries: '0',
      MemUsedPct: '1.00 %',
      CpuUsedPct: '1.0 %',
    }),
  )
  return textRows(backendColumns, rows)
}

function showFrontends(context: SqlContext): StatementResult {
  const { cluster, options, clock } = context
  const rows = cluster.frontEnds.map((frontEnd) =>
    row(frontendColumns, {
      Id: String(frontEnd.id),
      Name: `${options.host}_${9009 + frontEnd.id}`,
      IP: options.host,
      EditLogPort: String(9009 + frontEnd.id),
      HttpPort: String(frontEnd.httpPort),
      QueryPort: String(frontEnd.mysqlPort),
      RpcPort: '9020',
      Role: cluster.leader === frontEnd ? 'LEADER' : 'FOLLOWER',
      ClusterId: '1',
      Join: 'true',
      Alive: String(frontEnd.isUp),
      ReplayedJournalId: '1',
      LastHeartbeat: showTime(clock.nowMs()) ?? '',
      IsHelper: 'true',
      StartTime: showTime(frontEnd.startMs) ?? '',
      Version: options.version.current,
    }),
  )
  return textRows(frontendColumns, rows)
}

/** `/transactions/<db id or name>/running|finished`, `/backends`, `/frontends`. */
function showProc(context: SqlContext, path: string): StatementResult {
  const parts = path.split('/').filter((part) => part !== '')
  if (parts[0] === 'backends') return showBackends(context)
  if (parts[0] === 'frontends') return showFrontends(context)
  if (parts[0] === 'statistic')
    return textRows(
      ['DbId', 'DbName', 'TableNum'],
      databases(context).map(({ id, name, tables }) => [String(id), name, String(tables.size)]),
    )
  if (parts[0] === 'dbs')
    return textRows(
      ['DbId', 'DbName', 'TableNum', 'Quota', 'LastConsistencyCheckTime'],
      databases(context).map(({ id, name, tables }) => [String(id), name, String(tables.size), '8388608.000 TB', null]),
    )
  if (parts[0] !== 'transactions') throw new StandInError(`Proc path '${path}' doesn't exist`, 1064)
  if (parts.length === 1)
    return textRows(
      ['DbId', 'DbName'],
      databases(context).map(({ id, name }) => [String(id), name]),
    )
  const database = databases(context).find(({ id, name }) => parts[1] === String(id) || parts[1] === name)
  if (database === undefined) throw new StandInError(`Proc path '${path}' doesn't exist`, 1064)
  return transactions(context, database.name, parts[2])
}

const databases = (context: SqlContext) => [...context.catalog.databases.values()]

function transactions(context: SqlContext, database: string, which: string | undefined): StatementResult {
  const { labels } = context.transactions
  const running = [...labels.open].filter((txn) => txn.database === database && txn.isRegistered)
  if (which === undefined) {
    return textRows(
      ['State', 'Number'],
      [
        ['running', String(running.length)],
        ['finished', String(labels.finished(database).length)],
      ],
    )
  }
  const rows = which === 'running' ? running : labels.finished(database)
  return textRows(
    transactionColumns,
    rows.map((txn) => transactionRow(context, txn)),
  )
}
