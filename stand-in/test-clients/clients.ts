/** A client of StarRocks that is run from outside: a script in its own folder, with the arguments it takes. */
export interface Client {
  readonly name: string
  readonly command: readonly [string, ...string[]]
}

/**
 * All clients of `make test-clients`. A script finds the server in `STARROCKS_*` (support/server.ts), installs what it
 * needs into `CLIENT_CACHE`, and prints `ok - what` or `not ok - what: why` for each check of its contract.
 */
export const clients: readonly Client[] = [
  { name: 'mysql2', command: ['node', 'mysql2/run.ts'] },
  { name: 'connector-j-5.1.49', command: ['bash', 'connector-j/run.sh', 'mysql:mysql-connector-java:5.1.49'] },
  { name: 'connector-j-9.7.0', command: ['bash', 'connector-j/run.sh', 'com.mysql:mysql-connector-j:9.7.0'] },
  { name: 'mariadb', command: ['bash', 'mariadb/run.sh'] },
  { name: 'sqlalchemy', command: ['bash', 'sqlalchemy/run.sh'] },
  { name: 'stream-load-sdk', command: ['bash', 'stream-load-sdk/run.sh'] },
]
