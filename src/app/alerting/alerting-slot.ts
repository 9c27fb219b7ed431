import type { Alerting } from './open-alerting.ts'

/** Where the HTTP side finds alerting. */
export interface AlertingSlot {
  /** Null while this instance does not alert: it starts, or stands by. */
  current: Alerting | null
}
