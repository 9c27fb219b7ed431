import type { ConfigProblem } from './config-problem.ts'

/** Where references of the configuration are looked up. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Reads a text file; paths are relative to the configuration file. @throws {Error} when it cannot be read. */
  readFile(path: string): string
}

/** A scalar after expansion. */
export interface Expanded {
  readonly text: string
  /** Whether anything was put in: then the text may hold a secret and is not shown. */
  readonly expanded: boolean
  /** Offsets are relative to the scalar's text. */
  readonly problems: readonly ConfigProblem[]
}

const REFERENCE = /\$?\$\{([^}]*)\}?/g

type Looked = { readonly value: string } | { readonly problem: string }

function readSecretFile(path: string, around: Surroundings): Looked {
  try {
    // Editors and `echo` end a file with a newline that is no part of a password.
    return { value: around.readFile(path).replace(/\r?\n$/, '') }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    return { problem: `file ${path} cannot be read (${code})` }
  }
}

function lookUp(reference: string, around: Surroundings): Looked {
  if (reference.startsWith('file:')) return readSecretFile(reference.slice('file:'.length), around)
  const match = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s.exec(reference)
  if (!match) return { problem: `\${${reference}} is neither \${NAME}, \${NAME:-default} nor \${file:/path}` }
  const [, name = '', fallback] = match
  const value = Object.hasOwn(around.env, name) ? around.env[name] : undefined
  if (value !== undefined && (value !== '' || fallback === undefined)) return { value }
  if (fallback !== undefined) return { value: fallback }
  return { problem: `environment variable ${name} is not set` }
}

/** Replaces `${NAME}`, `${NAME:-default}` and `${file:/path}`; `$${` stands for a literal `${`. Pure but for `around`. */
export function expandReferences(text: string, around: Surroundings): Expanded {
  const problems: ConfigProblem[] = []
  let expanded = false
  const result = text.replace(REFERENCE, (whole: string, reference: string, start: number) => {
    if (whole.startsWith('$$')) return whole.slice(1)
    const looked = whole.endsWith('}') ? lookUp(reference, around) : { problem: 'this ${ has no closing }' }
    if ('problem' in looked) {
      problems.push({ start, end: start + whole.length, message: looked.problem })
      return whole
    }
    expanded = true
    return looked.value
  })
  return { text: result, expanded, problems }
}
