#!/usr/bin/env bash
# starrocks-stream-load-sdk, what the Flink connector loads through, with the Connector/J that it bundles.
set -euo pipefail
cd "$(dirname "$0")"
source ../support/install.sh

need javac default-jdk-headless
jars="$CLIENT_CACHE/jars"
if [ ! -d "$jars" ]; then
  need mvn maven
  cp pom.xml "$CLIENT_CACHE/pom.xml"
  mvn -B -q -f "$CLIENT_CACHE/pom.xml" dependency:copy-dependencies -DoutputDirectory="$jars" >&2
fi
exec java -cp "$jars/*" Contract.java
