import { parseTableId, type TableId } from '../core/table-id.ts'

/** What a person asks of a running pipeline, sent as a logical message through the source: it arrives whatever process runs. */
export type PipelineRequest = TableRequest | CheckpointRequest

/** Something to do with one table. */
export interface TableRequest {
  readonly do: 'resync' | 'pause' | 'resume'
  readonly table: TableId
  /** Who asks: `cli:anna`, `api:console`. */
  readonly by: string
}

/** The checkpoint should pass this message at once, as when somebody waits for the target to have caught up. */
interface CheckpointRequest {
  readonly do: 'checkpoint'
}

/** Of who asked with an older version. */
const NOBODY = 'unknown'

/** Whoever may write to the source may send a message: its text is not trusted to be short. */
const LONGEST_NAME = 100

/** The prefix of this pipeline's logical messages. */
export function requestPrefix(pipeline: string): string {
  return `pg_starrocks_sync:${pipeline}`
}

/** Writes a request as the content of a message. */
export function encodeRequest(request: PipelineRequest): string {
  return JSON.stringify(request)
}

/** Reads a request; null when the content is none (a marker, or of another version). Pure. */
export function parseRequest(content: string): PipelineRequest | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(content)
  } catch {
    return null
  }
  if (typeof parsed !== 'object' || parsed === null || !('do' in parsed)) return null
  if (parsed.do === 'checkpoint') return { do: 'checkpoint' }
  if (!('table' in parsed)) return null
  const { do: action, table } = parsed
  if (typeof table !== 'string' || !table.includes('.')) return null
  if (action === 'resync' || action === 'pause' || action === 'resume')
    return { do: action, table: parseTableId(table), by: nameOf(parsed) }
  return null
}

function nameOf(request: object): string {
  return 'by' in request && typeof request.by === 'string' ? request.by.slice(0, LONGEST_NAME) : NOBODY
}
