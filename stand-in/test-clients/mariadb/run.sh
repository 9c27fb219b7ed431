#!/usr/bin/env bash
# The MariaDB command line client of Debian: what a person types.
set -uo pipefail
cd "$(dirname "$0")"
source ../support/install.sh

# Unpacked into the cache, so that the machine stays as it is.
if ! command -v mariadb >/dev/null && [ ! -x "$CLIENT_CACHE/usr/bin/mariadb" ]; then
  apt-get update -qq >&2
  (cd "$CLIENT_CACHE" && apt-get download -qq mariadb-client-core libmariadb3 libncurses6 libtinfo6 libedit2 libbsd0 libmd0 >&2 2>/dev/null)
  for package in "$CLIENT_CACHE"/*.deb; do dpkg -x "$package" "$CLIENT_CACHE"; done
fi
export PATH="$PATH:$CLIENT_CACHE/usr/bin"
libraries=$(find "$CLIENT_CACHE" -name '*.so*' -printf '%h\n' 2>/dev/null | sort -u | paste -sd:)
export LD_LIBRARY_PATH="$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"

db=client_mariadb
failures=0
login=(--no-defaults -h "$STARROCKS_HOST" -P "$STARROCKS_MYSQL_PORT" --protocol=TCP --skip-ssl)
sql() { mariadb "${login[@]}" -u "$STARROCKS_USER" -p"$STARROCKS_PASSWORD" --batch --skip-column-names "$@" 2>&1; }

# holds NAME PATTERN OUTPUT
holds() {
  if [[ "$3" =~ $2 ]]; then
    echo "ok - $1"
  else
    failures=$((failures + 1))
    echo "not ok - $1: expected $2 but got: ${3//$'\n'/ }"
  fi
}

holds 'connects with a password (starrocks.md 6)' '^1$' "$(sql -e 'SELECT 1')"
holds 'refuses a wrong password (starrocks.md 6)' 'ERROR 1045 \(28000\).*Access denied' \
  "$(mariadb "${login[@]}" -u "$STARROCKS_USER" -pwrong -e 'SELECT 1' 2>&1)"
holds 'names the version (starrocks.md 6)' '^[0-9]+\.[0-9]+\.[0-9]+' "$(sql -e 'SELECT current_version()')"
sql -e "DROP DATABASE IF EXISTS $db FORCE; CREATE DATABASE $db" >/dev/null
holds 'creates a table (starrocks.md 3)' '^$' "$(sql $db -e "CREATE TABLE t (k INT, v VARCHAR(20) DEFAULT 'd') PRIMARY KEY(k) DISTRIBUTED BY HASH(k) BUCKETS 1 PROPERTIES('replication_num' = '1')")"
holds 'counts affected rows and shows the label (starrocks.md 6)' "2 rows affected.*'label':'insert_.*'status':'(VISIBLE|COMMITTED)'" \
  "$(sql $db -vvv -e "INSERT INTO t VALUES (1, 'é'), (2, DEFAULT)")"
holds 'selects (starrocks.md 6)' $'^1\té\n2\td$' "$(sql $db --default-character-set=utf8mb4 -e 'SELECT * FROM t ORDER BY k')"
holds 'runs several statements and stops at the first error (starrocks.md 6)' '^1.*ERROR 1064.*Getting syntax error' \
  "$(sql $db -e "SELECT 1; FROBNICATE; SELECT 2")"
holds 'describes a table (starrocks.md 6)' $'k\tint.*NO\ttrue' "$(sql $db -e 'DESC t')"
holds 'lists databases and tables (starrocks.md 6)' $"$db.*t$" "$(sql -e "SHOW DATABASES LIKE '$db'; SHOW TABLES FROM $db")"
holds 'asks for column names when it completes names (starrocks.md 6)' '^1$' "$(sql $db --auto-rehash -e 'SELECT 1')"
holds 'shows warnings (starrocks.md 6)' '^1$' "$(sql $db --show-warnings -e 'SELECT 1')"
holds 'shows a status (starrocks.md 6)' "Current database:.*$db" "$(sql $db -e 'status')"
holds 'reads rows one at a time (starrocks.md 6)' $'^1\n2$' "$(sql $db --quick -e 'SELECT k FROM t ORDER BY 1')"
holds 'commits a transaction (starrocks.md 6)' '^3$' \
  "$(sql $db -e "BEGIN; INSERT INTO t VALUES (3, 'x'); COMMIT; SELECT count(*) FROM t")"
holds 'rolls a transaction back with the connection (starrocks.md 6)' '^3$' \
  "$(sql $db -e "BEGIN; INSERT INTO t VALUES (4, 'x')" && sql $db -e 'SELECT count(*) FROM t')"
sql -e "DROP DATABASE $db FORCE" >/dev/null
exit $((failures > 0))
