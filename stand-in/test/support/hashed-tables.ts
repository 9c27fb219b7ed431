import { RunningStandIn } from './running-stand-in.ts'

/** On one BE no other number of replicas is possible. */
export const oneReplica = 'PROPERTIES("replication_num" = "1")'

/** The end of a CREATE TABLE whose column `k` distributes the rows. */
export const hashedByK = `DISTRIBUTED BY HASH(k) ${oneReplica}`

/** A stand-in whose connection uses the new database `d`. */
export async function startWithDatabase(flags: readonly string[] = []): Promise<RunningStandIn> {
  const sr = await RunningStandIn.start(flags)
  await sr.sql.query('CREATE DATABASE d; USE d')
  return sr
}
