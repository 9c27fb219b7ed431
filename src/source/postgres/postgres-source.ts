import type { ChangeHandler, Relation } from '../../core/change-stream.ts'
import type { Clock } from '../../core/clock.ts'
import { parseLsn, type Lsn } from '../../core/lsn.ts'
import type { RowView } from '../../core/row-view.ts'
import type { Signals } from '../../core/signals.ts'
import type {
  Blocker,
  ChunkPlan,
  ChunkRange,
  ChunkReader,
  DiscoveredTables,
  OwnedStream,
  ShapeDifference,
  Source,
  SourceIdentity,
} from '../../core/source.ts'
import { SyncError } from '../../core/sync-error.ts'
import type { SourceColumn, TableSchema } from '../../core/table-schema.ts'
import { compareShape } from './catalog/compare-shape.ts'
import type { ConnectionOptions } from './catalog/connection-options.ts'
import { Connector } from './catalog/connector.ts'
import { createSlot } from './catalog/create-slot.ts'
import { discoverTables } from './catalog/discover-tables.ts'
import { emitMarker } from './catalog/emit-marker.ts'
import { identify } from './catalog/identify.ts'
import type { TableMatcher } from './catalog/list-relations.ts'
import { PartitionWatch } from './catalog/partition-watch.ts'
import { judgeSlot, readSlot } from './catalog/read-slot.ts'
import { SchemaVersions } from './catalog/schema-versions.ts'
import type { Session } from './catalog/session.ts'
import { SessionHolder } from './catalog/session-holder.ts'
import { waitForWriters } from './catalog/wait-for-writers.ts'
