import type { Config } from '../config/config.ts'
import type { CommandContext } from './command.ts'
import { configOption, loadNamedConfig } from './named-config.ts'
import { textOption, type Option } from './option.ts'
import { ownActor, userName } from './own-actor.ts'
import type { Arguments } from './parse-arguments.ts'
import { UsageError } from './usage-error.ts'

/** What commands that ask the running service need: `src/app/service-client.ts`. */
export interface ServiceDeps {
  readonly serviceClient: (
    config: Config,
    url: string | undefined,
  ) => {
    /** Resolves to the service's JSON. @throws {SyncError} */
    ask(call: {
      readonly method: 'GET' | 'POST'
      readonly path: string
      readonly body?: unknown
      readonly actor: string
      readonly abort: AbortSignal
    }): Promise<unknown>
  }
}

/** Where the service is. */
export const urlOption: Option<string | undefined> = textOption(
  'url',
  'URL',
  'Address of the service; else http.host and http.port of the configuration.',
)

/** Who asks: stands in the history. */
export const authorOption: Option<string | undefined> = textOption('by', 'NAME', 'Who does it; else the user’s name.')

/** The name under which something is done. */
export function authorOf(input: Arguments): string {
  return input.get(authorOption) ?? userName()
}

/** Options of every command that asks the service. */
export const SERVICE_OPTIONS = [configOption, urlOption] as const

/** Asks the service that the command line names. @throws {SyncError} */
export async function askService(
  input: Arguments,
  context: CommandContext,
  load: () => Promise<ServiceDeps>,
  what: { readonly method: 'GET' | 'POST'; readonly path: string; readonly body?: unknown },
): Promise<unknown> {
  const { config } = await loadNamedConfig(input, undefined, context)
  const { serviceClient } = await load()
  return await serviceClient(config, input.get(urlOption)).ask({ ...what, actor: ownActor(), abort: context.abort })
}

/** An option with a duration in milliseconds: `2h`, `1h30m`. */
export function durationOption(name: string, doc: string): Option<string | undefined> {
  return {
    name,
    placeholder: 'DURATION',
    doc,
    read(raw) {
      if (raw === undefined || /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/.test(raw)) return raw
      throw new UsageError(`--${name} takes a duration such as 2h, not ${JSON.stringify(raw)}`)
    },
  }
}
