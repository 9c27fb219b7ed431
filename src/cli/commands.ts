import type { Command } from './command.ts'
import { standInCommand } from './stand-in.ts'

/** The commands of this program, in the order of help. Their work is loaded when they run. */
export const COMMANDS: readonly Command[] = [standInCommand]
