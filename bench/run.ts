// Measures speed against its goals.
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { measureAlerting } from './scenarios/alerting.ts'
import { measureBounds } from './scenarios/bounds.ts'
import { measureCdc } from './scenarios/cdc.ts'
import { measureCounting } from './scenarios/counting.ts'
import { measureGrowth } from './scenarios/growth.ts'
import { measureLatency } from './scenarios/latency.ts'
import { measureMonitoring } from './scenarios/monitoring.ts'
import { measureSnapshot } from './scenarios/snapshot.ts'
import { measureSteadyMemory } from './scenarios/steady-memory.ts'
import { type BenchContext, SCALES } from './support/bench-context.ts'
import { describeGoal, type Finding } from './support/finding.ts'
import { describeMachine } from './support/machine.ts'
import { LATEST, readResults, type Results } from './support/results.ts'
import { PEER, shown } from './support/results-table.ts'
import { BenchSource } from './support/source.ts'

const HELP = `Usage: npm run bench -- [options]

  --quick | --full        fewer or more rows than usual
  --rounds N              rounds of which the median counts; default: 5
  --only NAME[/PART],...  these scenarios, what the file holds of others stays: NAMES
  --json FILE             where results go; default: bench/results/latest.json, nowhere with --only or --quick

Examples:
  make bench
  npm run bench -- --quick --rounds 3 --only cdc/inserts,snapshot
  node bench/report.ts    # writes docs/performance.md and the README's table from the results
`

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    only: { type: 'string' },
    json: { type: 'string' },
  },
})
const scaleName = values.quick ? 'quick' : values.full ? 'full' : 'usual'

/** The scenarios by name. */
const SCENARIOS = {
  cdc: measureCdc,
  snapshot: measureSnapshot,
  latency: measureLatency,
  growth: measureGrowth,
  bounds: measureBounds,
  steady: measureSteadyMemory,
  monitoring: measureMonitoring,
  alerting: measureAlerting,
  counting: measureCounting,
} as const satisfies Readonly<Record<string, (context: BenchContext, part?: string) => Promise<readonly Finding[]>>>
if (values.help) {
  process.stdout.write(HELP.replace('NAMES', Object.keys(SCENARIOS).join(', ')))
  process.exit(0)
}
const wanted = (values.only?.split(',') ?? Object.keys(SCENARIOS)).map((name) => {
  const [group = '', part] = name.split('/')
  if (!isScenario(group)) throw new Error(`--only ${name}: the scenarios are ${Object.keys(SCENARIOS).join(', ')}`)
  return { group, part }
})

await using source = await BenchSource.start()
const machine = describeMachine(await source.version())
const say = (text: string): void => void process.stderr.write(`${text}\n`)
const rounds = values.rounds === undefined ? {} : { rounds: Number(values.rounds) }
const context: BenchContext = { source, scale: { ...SCALES[scaleName], ...rounds }, say }
const file = values.json ?? (values.only === undefined && !values.quick ? LATEST : undefined)
const measured = { commit: machine.commit, date: machine.date, scale: scaleName }
const findings: Finding[] = []
for (const { group, part } of wanted) {
  for (const finding of await SCENARIOS[group](context, part)) findings.push({ ...finding, measured })
  // What has been measured is kept, whatever happens to the rest: `--only` goes on from there.
  if (file !== undefined) await keep(file, true)
}
if (file !== undefined && values.only === undefined) await keep(file, false)
for (const finding of findings) {
  const figures = Object.entries(finding.figures).map(([name, value]) => `${name} ${shown(value)}`)
  process.stdout.write(`${finding.group}/${finding.name}: ${figures.join(', ')}\n`)
  for (const goal of finding.goals) process.stdout.write(`    ${describeGoal(finding, goal)}\n`)
}
process.stdout.write(`peer, another machine: ${JSON.stringify(PEER)}\n`)

function nameOf({ group: groupName, name }: Finding): string {
  return `${groupName}/${name}`
}

/** Writes the results; with `others`, those of the file that were not measured anew stay. */
async function keep(path: string, others: boolean): Promise<void> {
  const names = new Set(findings.map(nameOf))
  const old = others ? readFindings(path).filter((finding) => !names.has(nameOf(finding))) : []
  const results: Results = { machine, findings: inOrder([...old, ...findings]) }
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, `${JSON.stringify(results, null, 1)}\n`)
}

/** In the order of the scenarios, whatever was measured last. */
function inOrder(all: readonly Finding[]): readonly Finding[] {
  const groups = ['cdc', 'snapshot', 'latency', 'growth', 'memory', 'monitoring', 'health', 'counting', 'alerting']
  return all.toSorted((a, b) => groups.indexOf(a.group) - groups.indexOf(b.group))
}

function isScenario(name: string): name is keyof typeof SCENARIOS {
  return Object.hasOwn(SCENARIOS, name)
}

function readFindings(path: string): readonly Finding[] {
  return existsSync(path) ? readResults(path).findings : []
}
