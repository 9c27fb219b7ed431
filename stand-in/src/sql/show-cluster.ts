import { showTime } from '../clock.ts'
import { StandInError } from '../stand-in-error.ts'
import type { Session } from './session.ts'
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

const transactionColumns = [
  'TransactionId',
  'Label',
  'Coordinator',
  'TransactionStatus',
  'LoadJobSourceType',
  'PrepareTime',
  'PreparedTime',
  'CommitTime',
  'PublishTime',
  'FinishTime',
  'Reason',
  'ErrorReplicasCount',
  'ListenerId',
  'TimeoutMs',
  'ErrMsg',
]

type ClusterShow = (context: SqlContext, session: Session, cursor: TokenCursor) => StatementResult

const charsets = textRows(
  ['Charset', 'Description', 'Default collation', 'Maxlen'],
  [['utf8', 'UTF-8 Unicode', 'utf8_general_ci', '3']],
)

/** By the word after SHOW. */
const clusterShows: Readonly<Record<string, ClusterShow>> = {
  BACKENDS: (context) => showBackends(context),
  FRONTENDS: (context) => showFrontends(context),
  PROC: (context, _session, cursor) => showProc(context, cursor.string()),
  WARNINGS: () => textRows(['Level', 'Code', 'Message'], []),
  ERRORS: () => textRows(['Level', 'Code', 'Message'], []),
  ENGINES: () => textRows(['Engine', 'Support', 'Comment'], [['OLAP', 'YES', 'Default storage engine of StarRocks']]),
  PROCESSLIST: (_context, session) =>
    textRows(
      ['Id', 'User', 'Host', 'Db', 'Command', 'Time', 'State', 'Info'],
      [[String(session.id), session.user, '', session.database ?? null, 'Query', '0', 'OK', 'SHOW PROCESSLIST']],
    ),
  GRANTS: (_context, session) =>
    textRows(
      ['UserIdentity', 'Catalog', 'Grants'],
      [[`'${session.user}'@'%'`, null, `GRANT 'root' TO '${session.user}'@'%'`]],
    ),
  CATALOGS: () =>
    textRows(
      ['Catalog', 'Type', 'Comment'],
      [['default_catalog', 'Internal', "An internal catalog contains this cluster's self-managed tables."]],
    ),
  COLLATION: () => charsets,
  CHARSET: () => charsets,
}

/** SHOW of nodes, grants and processes, and SHOW PROC (reference/starrocks.md 6). Undefined when it is none of them. */
export function showCluster(context: SqlContext, session: Session, cursor: TokenCursor): StatementResult | undefined {
  if (cursor.accept('COMPUTE', 'NODES')) return textRows(backendColumns, [])
  if (cursor.accept('CHARACTER', 'SET')) return charsets
  const show = clusterShows[cursor.peek?.word ?? '']
  if (show === undefined) return undefined
  cursor.next()
  return show(context, session, cursor)
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

const sourceTypes = {
  plain: 'BACKEND_STREAMING',
  single: 'BACKEND_STREAMING',
  multi: 'MULTI_STATEMENT_STREAMING',
  merge: 'FRONTEND_STREAMING',
  insert: 'INSERT_STREAMING',
}

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
    rows.map((txn) => [
      String(txn.id),
      txn.label,
      `BE: ${context.options.host}`,
      txn.status,
      sourceTypes[txn.kind],
      showTime(txn.beginMs),
      showTime(txn.preparedMs),
      showTime(txn.commitMs),
      showTime(txn.finishMs),
      showTime(txn.finishMs),
      txn.reason,
      '0',
      '-1',
      String(txn.timeoutMs),
      '',
    ]),
  )
}
