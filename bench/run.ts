// Measures speed against its goals. node bench/run.ts [--quick | --full] [--rounds N] [--only NAME[/PART]] [--json FILE]
// With --only, what the file holds of other scenarios stays.
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { measureBounds } from './scenarios/bounds.ts'
import { measureCdc } from './scenarios/cdc.ts'
import { measureGrowth } from './scenarios/growth.ts'
import { measureLatency } from './scenarios/latency.ts'
import { measureSnapshot } from './scenarios/snapshot.ts'
import { measureSteadyMemory } from './scenarios/steady-memory.ts'
import { type BenchContext, SCALES } from './support/bench-context.ts'
import { describeGoal, type Finding } from './support/finding.ts'
import { describeMachine } from './support/machine.ts'
import { LATEST, readResults, type Results } from './support/results.ts'
import { PEER, shown } from './support/results-table.ts'
import { BenchSource } from './support/source.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    only: { type: 'string' },
    json: { type: 'string' },
  },
})
const scaleName = values.quick ? 'quick' : values.full ? 'full' : 'usual'
const [group, part] = values.only?.split('/') ?? []

/** The scenarios by name. */
const SCENARIOS: Readonly<Record<string, (context: BenchContext, part?: string) => Promise<readonly Finding[]>>> = {
  cdc: measureCdc,
  snapshot: measureSnapshot,
  latency: measureLatency,
  growth: measureGrowth,
  bounds: measureBounds,
  steady: measureSteadyMemory,
}

await using source = await BenchSource.start()
const machine = describeMachine(await source.version())
const say = (text: string): void => void process.stderr.write(`${text}\n`)
const rounds = values.rounds === undefined ? {} : { rounds: Number(values.rounds) }
const context: BenchContext = { source, scale: { ...SCALES[scaleName], ...rounds }, say }
const findings: Finding[] = []
for (const [name, measure] of Object.entries(SCENARIOS)) {
  if (group === undefined || group === name) findings.push(...(await measure(context, part)))
}
const file = values.json ?? (values.only === undefined && !values.quick ? LATEST : undefined)
if (file !== undefined) {
  await mkdir(dirname(file), { recursive: true })
  const names = new Set(findings.map(nameOf))
  const others = readFindings(file).filter((finding) => values.only !== undefined && !names.has(nameOf(finding)))
  const results: Results = { machine, scale: scaleName, sizes: context.scale, findings: [...others, ...findings] }
  await writeFile(file, `${JSON.stringify(results, null, 1)}\n`)
}
for (const finding of findings) {
  const figures = Object.entries(finding.figures).map(([name, value]) => `${name} ${shown(value)}`)
  process.stdout.write(`${finding.group}/${finding.name}: ${figures.join(', ')}\n`)
  for (const goal of finding.goals) process.stdout.write(`    ${describeGoal(finding, goal)}\n`)
}
process.stdout.write(`peer, another machine: ${JSON.stringify(PEER)}\n`)

function nameOf({ group: groupName, name }: Finding): string {
  return `${groupName}/${name}`
}

function readFindings(path: string): readonly Finding[] {
  return existsSync(path) ? readResults(path).findings : []
}
