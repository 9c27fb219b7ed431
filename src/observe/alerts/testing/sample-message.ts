import { utcInstant } from '../../../core/instant.ts'
import type { AlertMessage, MessageAlert } from '../message/alert-message.ts'

const AT = utcInstant(2026, 1, 31, 18 * 60)

/** An alert as messages show it. */
export function sampleAlert(parts: Partial<MessageAlert> = {}): MessageAlert {
  return {
    fingerprint: '0123456789abcdef',
    rule: 'high_error_rate',
    labels: { alertname: 'high_error_rate', severity: 'critical', pipeline: 'shop', table: 'public.orders' },
    severity: 'critical',
    value: 0.12,
    startedAtMs: AT - 3 * 3_600_000,
    endedAtMs: null,
    summary: 'error rate of public.orders is 12 %',
    description: 'Rows of public.orders do not arrive.',
    why: 'StarRocks refuses values <too long> & more.',
    remedy: 'Run sync-app tables.',
    runbook: 'https://docs.example.com/runbook#high_error_rate',
    isFlapping: false,
    acknowledgedBy: null,
    ...parts,
  }
}

/** A message about one alert that fires. */
export function sampleMessage(parts: Partial<AlertMessage> = {}): AlertMessage {
  const firing = parts.firing ?? [sampleAlert()]
  const resolved = parts.resolved ?? []
  return {
    id: 'id-1',
    pipeline: 'shop',
    reason: 'firing',
    groupKey: '{}:{alertname="high_error_rate"}',
    groupLabels: { alertname: 'high_error_rate' },
    threadId: 'id-1',
    isFirstOfThread: true,
    destination: { channel: 'hook' },
    firing,
    resolved,
    firingCount: firing.length,
    resolvedCount: resolved.length,
    severity: 'critical',
    createdAtMs: AT,
    note: null,
    ...parts,
  }
}

/** A message that says that everything is over. */
export function resolvedMessage(parts: Partial<AlertMessage> = {}): AlertMessage {
  const resolved = [sampleAlert({ endedAtMs: AT })]
  return sampleMessage({ id: 'id-2', reason: 'resolved', firing: [], resolved, isFirstOfThread: false, ...parts })
}
