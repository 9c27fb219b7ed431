import type { HealthCheck } from '../../observe/health/health-check.ts'
import { checkCertificates } from './check-certificates.ts'
import type { CheckDeps } from './check-deps.ts'
import { checkClockSkew, checkPostgres } from './check-postgres.ts'
import { checkPublication } from './check-publication.ts'
import { checkSlot } from './check-slot.ts'
import { checkNodes, checkStarRocks } from './check-starrocks.ts'

/** What is asked in the background. What can be judged from metrics alone is in `observe/health/health-picture.ts`. */
export function allChecks(deps: CheckDeps): readonly HealthCheck[] {
  const certificates = checkCertificates(deps)
  return [
    checkPostgres(deps),
    checkStarRocks(deps),
    checkSlot(deps),
    checkPublication(deps),
    checkNodes(deps),
    checkClockSkew(deps),
    ...(certificates ? [certificates] : []),
  ]
}
