import { afterAll, beforeAll, describe, it, vi } from 'vitest'
import { checks, type Login, setUp } from '../test-clients/mysql2/contract.ts'
import { RunningStandIn } from './support/running-stand-in.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let sr: RunningStandIn
let login: Login

beforeAll(async () => {
  sr = await RunningStandIn.start(['--password', 'secret'])
  login = { host: '127.0.0.1', port: sr.ports.mysqlPort, user: 'root', password: 'secret' }
  await setUp(login)
})
afterAll(async () => sr[Symbol.asyncDispose]())

describe('npm mysql2 as a client', () => {
  it.each(checks)('$name', async ({ run }) => run(login))
})
