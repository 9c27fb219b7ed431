import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { AlertingConfig } from '../../config/alerting-section.ts'
import { alertArtefacts } from '../../observe/alerts/generate/alert-artefacts.ts'

/** Writes what other programs need to evaluate the rules; gives the paths. */
export async function writeRuleFiles(
  { rules, objectives, delivery }: AlertingConfig,
  directory: string,
): Promise<readonly string[]> {
  const kinds = new Set(delivery.channels.map(({ means }) => means.tag))
  const receivers = (['webhook', 'slack', 'pagerduty'] as const).filter((kind) => kinds.has(kind))
  const files = alertArtefacts(rules, objectives, receivers)
  for (const { path, content } of files) {
    const target = join(directory, path)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, content)
  }
  return files.map(({ path }) => join(directory, path))
}
