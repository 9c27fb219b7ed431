import { expect, test } from 'vitest'
import { chooseUnprivilegedUser } from './unprivileged-user.ts'

const ROOT = 'root:x:0:0:root:/root:/bin/bash'
const DAEMON = 'daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin'
const NOBODY = 'nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin'

test.each([
  { passwd: [ROOT, DAEMON, NOBODY], owner: { uid: 65534, gid: 65533 }, why: 'nobody where there is one' },
  { passwd: [ROOT, DAEMON], owner: { uid: 1, gid: 1 }, why: 'else the first that is not root' },
  { passwd: [ROOT, 'toor:x:0:0::/root:/bin/sh', '# nobody', ''], owner: undefined, why: 'never one with uid 0' },
  { passwd: ['nobody:*:-2:-2:Unprivileged User:/var/empty:/usr/bin/false'], owner: undefined, why: 'no negative uid' },
])('PostgreSQL runs under $why', ({ passwd, owner }) => {
  expect(chooseUnprivilegedUser(passwd.join('\n'))).toEqual(owner)
})
