import type { AlertAnnotations, AlertInstance, Severity } from '../alert-instance.ts'

/** Somebody said: I am on it. Reminders and further steps of escalation stop. */
export interface Acknowledgement {
  readonly by: string
  readonly atMs: number
  /** `cli`, `api`, or the receiver whose link was followed. */
  readonly via: string
  readonly comment: string
  /** After it the acknowledgement no longer counts; null: until the alert is over. */
  readonly untilMs: number | null
}

/** An alert from when it begins to fire until it is over. What firing again begins is another episode. */
export interface Episode {
  readonly fingerprint: string
  readonly rule: string
  /** The instance's labels, and `alertname`, `severity` and `pipeline`: what matchers see. */
  readonly labels: Readonly<Record<string, string>>
  /** The instance's own labels: with them the evaluator goes on after a restart. */
  readonly ownLabels: Readonly<Record<string, string>>
  readonly severity: Severity
  readonly startedAtMs: number
  /** Null while it fires. */
  readonly endedAtMs: number | null
  readonly value: number | null
  readonly annotations: AlertAnnotations
  readonly cooldownMs: number
  readonly channels?: readonly string[] | undefined
  readonly escalation?: string | undefined
  readonly inhibits?: readonly string[] | undefined
  /** When somebody was first to be told, by route: escalation counts from then. */
  readonly escalatedAtMs: Readonly<Record<string, number>>
  readonly acknowledgement: Acknowledgement | null
  /** Whether this process has seen it fire; false for one that is remembered from before a restart. */
  readonly isConfirmed: boolean
}

/** The states in which receivers are to believe that an alert fires. */
export function isActive({ state }: Pick<AlertInstance, 'state'>): boolean {
  return state === 'firing' || state === 'recovering' || state === 'no-data'
}

/** The labels that matchers, groups and receivers see. */
export function labelsOf(
  { rule, severity, labels }: Pick<AlertInstance, 'rule' | 'severity' | 'labels'>,
  pipeline: string,
): Readonly<Record<string, string>> {
  return { ...labels, alertname: rule, severity, pipeline }
}

/** The episode that an active instance begins. */
export function beginEpisode(instance: AlertInstance, pipeline: string): Episode {
  return {
    fingerprint: instance.fingerprint,
    rule: instance.rule,
    labels: labelsOf(instance, pipeline),
    ownLabels: instance.labels,
    severity: instance.severity,
    startedAtMs: instance.startedAtMs ?? instance.sinceMs,
    endedAtMs: null,
    value: instance.value,
    annotations: instance.annotations,
    cooldownMs: instance.cooldownMs,
    channels: instance.channels,
    escalation: instance.escalation,
    inhibits: instance.inhibits,
    escalatedAtMs: {},
    acknowledgement: null,
    isConfirmed: true,
  }
}

/** Whether somebody is on it. */
export function isAcknowledged({ acknowledgement }: Episode, nowMs: number): boolean {
  return acknowledgement !== null && (acknowledgement.untilMs === null || nowMs < acknowledgement.untilMs)
}
