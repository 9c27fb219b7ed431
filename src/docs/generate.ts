/** `npm run docs`: writes the pages that are made of the code; with `--check` it only says which are stale. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { GENERATED_PAGES, type GeneratedPage } from './pages.ts'

const ROOT = new URL('../../', import.meta.url)

/** Whether the page in the repository differs from what the code says. */
export function isStale(page: GeneratedPage): boolean {
  try {
    return readFileSync(new URL(page.path, ROOT), 'utf8') !== page.content()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return true
    throw error
  }
}

function main(check: boolean): void {
  for (const page of GENERATED_PAGES.filter(isStale)) {
    if (check) {
      process.stderr.write(`${page.path} is stale: run npm run docs\n`)
      process.exitCode = 1
    } else {
      mkdirSync(new URL('./', new URL(page.path, ROOT)), { recursive: true })
      writeFileSync(new URL(page.path, ROOT), page.content())
      process.stdout.write(`wrote ${page.path}\n`)
    }
  }
}

if (import.meta.main) main(process.argv.includes('--check'))
