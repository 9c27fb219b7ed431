import { COMMANDS } from '../cli/commands.ts'
import { predefinedAlertFiles } from '../app/alerts/alert-files.ts'
import { metricsPage } from '../app/metrics-page.ts'
import { configurationPage } from '../config/configuration-page.ts'
import { cliPage } from './cli-page.ts'
import { typesPage } from '../sink/starrocks/types-page.ts'
import { errorsPage } from './errors-page.ts'
import { fidelityPage } from './fidelity-page.ts'

/** A page that is made of the code. */
export interface GeneratedPage {
  /** Relative to the repository. */
  readonly path: string
  content(): string
}

/** All generated pages. A test fails when one in the repository is stale. */
export const GENERATED_PAGES: readonly GeneratedPage[] = [
  { path: 'docs/configuration.md', content: configurationPage },
  { path: 'docs/cli.md', content: () => cliPage(COMMANDS) },
  { path: 'docs/errors.md', content: errorsPage },
  { path: 'docs/metrics.md', content: metricsPage },
  { path: 'docs/types.md', content: typesPage },
  ...predefinedAlertFiles().map(({ path, content }) => ({ path, content: () => content })),
  { path: 'stand-in/FIDELITY.md', content: fidelityPage },
]
