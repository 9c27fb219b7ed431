import { DEFAULT_OBJECTIVES } from '../../config/alerting/objectives-section.ts'
import { PREDEFINED_RULES } from '../../config/alerting/predefined-rules.ts'
import { alertArtefacts, type Artefact } from '../../observe/alerts/generate/alert-artefacts.ts'

/** What other programs need to evaluate the predefined rules; by their paths in this repository. */
export function predefinedAlertFiles(): readonly Artefact[] {
  return alertArtefacts(PREDEFINED_RULES, DEFAULT_OBJECTIVES, []).map(({ path, content }) => {
    return { path: path === 'runbooks.md' ? 'docs/runbooks.md' : `deploy/${path}`, content }
  })
}
