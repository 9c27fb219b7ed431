import { describe, expect, test } from 'vitest'
import { readNodes } from './cluster-nodes.ts'
import { judgeTarget } from './judge-target.ts'
import type { TargetFacts } from './target-facts.ts'

const node = { httpAddress: 'be1:8040', alive: true }
const fine: TargetFacts = {
  database: 'shop',
  user: 'sync',
  feHttp: [{ address: 'http://fe:8030', trouble: null }],
  feMysql: [{ address: 'fe:9030', trouble: null }],
  version: '4.0.2',
  guarantee: 'atomic',
  otherDatabases: [],
  nodes: { backends: [node, node, node], computeNodes: [] },
  backEnds: [{ address: 'be1:8040', reachedAs: 'be1:8040', trouble: null }],
  replicationNum: 3,
  grants: null,
  feConfig: new Map([['label_keep_max_num', '1000']]),
}

const found = (facts: Partial<TargetFacts>): readonly string[] =>
  judgeTarget({ ...fine, ...facts }).map(({ level, code }) => `${level} ${code}`)
const guarantee = 'info TARGET_GUARANTEE'

describe('preflight of the target', () => {
  test('a target that is fine gives its guarantee and nothing else', () => {
    expect(found({})).toEqual([guarantee])
  })

  test.each<readonly [string, Partial<TargetFacts>, string]>([
    ['no front end over HTTP', { feHttp: [{ address: 'x', trouble: 'refused' }] }, 'error TARGET_FE_UNREACHABLE'],
    [
      'one of two front ends',
      {
        feHttp: [
          { address: 'x', trouble: 'reset' },
          { address: 'y', trouble: null },
        ],
      },
      'warning TARGET_FE_UNREACHABLE',
    ],
    ['no front end over MySQL', { feMysql: [{ address: 'x', trouble: 'reset' }] }, 'error TARGET_FE_UNREACHABLE'],
    ['a wrong password', { feHttp: [{ address: 'x', trouble: 'user or password was refused' }] }, 'error TARGET_AUTH'],
    ['an old server', { version: '3.0.9' }, 'error TARGET_VERSION'],
    [
      'a back end behind NAT',
      { backEnds: [{ address: 'be1:8040', reachedAs: 'be1:8040', trouble: 'no route' }] },
      'error TARGET_BE_UNREACHABLE',
    ],
    [
      'dead back ends',
      { nodes: { backends: [{ ...node, alive: false }], computeNodes: [] } },
      'error TARGET_NO_BACKEND',
    ],
    ['too few back ends', { nodes: { backends: [node], computeNodes: [] } }, 'error TARGET_REPLICATION'],
    [
      'grants without DROP',
      { grants: ['GRANT SELECT, INSERT, UPDATE, DELETE, ALTER, CREATE TABLE ON ...'] },
      'warning TARGET_PRIVILEGE',
    ],
    [
      'labels that are soon forgotten',
      { feConfig: new Map([['label_keep_max_num', '5']]) },
      'warning TARGET_LABEL_KEEP',
    ],
    [
      'few open transactions',
      { feConfig: new Map([['max_running_txn_num_per_db', '10']]) },
      'warning TARGET_RUNNING_TXNS',
    ],
  ])('%s', (_name, facts, finding) => {
    expect(found(facts)).toContain(finding)
  })

  test.each([
    ['compute nodes alone need no replicas', { nodes: { backends: [], computeNodes: [node] } }],
    ['nodes that may not be listed are not judged', { nodes: null, backEnds: [] }],
    ['grants through a role are not judged', { grants: ["GRANT 'writer' TO 'sync'@'%'"] }],
    ['all privileges suffice', { grants: ['GRANT ALL PRIVILEGES ON ...'] }],
  ])('%s', (_name, facts) => {
    expect(found(facts)).toEqual([guarantee])
  })

  test('the weaker guarantee is said aloud, with its reason', () => {
    const old = judgeTarget({ ...fine, version: '3.3.5', guarantee: 'converging' })
    expect(old.map(({ level, why }) => [level, why.includes('3.3.5')])).toEqual([['warning', true]])
    const spread = judgeTarget({ ...fine, guarantee: 'converging', otherDatabases: ['archive'] })
    expect(spread[0]?.why).toContain('archive')
  })
})

test('nodes are read by the names of their columns', () => {
  const listing = { columns: ['BackendId', 'IP', 'HttpPort', 'Alive'], rows: [['1', '10.0.0.7', '8040', 'true']] }
  expect(readNodes(listing)).toEqual([{ httpAddress: '10.0.0.7:8040', alive: true }])
})
