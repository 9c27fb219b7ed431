import { MACHINE_SIGNALS } from './signals/machine-signals.ts'
import { PIPELINE_SIGNALS } from './signals/pipeline-signals.ts'
import { SOURCE_SIGNALS } from './signals/source-signals.ts'
import { TARGET_SIGNALS } from './signals/target-signals.ts'
import type { SignalDefinition } from './series-expression.ts'

/** Everything that conditions can name. The only place that knows what a signal is made of. */
export const SIGNALS: Readonly<Record<string, SignalDefinition>> = {
  ...PIPELINE_SIGNALS,
  ...SOURCE_SIGNALS,
  ...TARGET_SIGNALS,
  ...MACHINE_SIGNALS,
}

/** The definition of a signal that was checked to exist. @throws {TypeError} when it does not. */
export function signalNamed(name: string): SignalDefinition {
  const definition = Object.hasOwn(SIGNALS, name) ? SIGNALS[name] : undefined
  if (!definition) throw new TypeError(`there is no signal ${name}`)
  return definition
}
