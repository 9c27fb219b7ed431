#!/usr/bin/env bash
# MySQL Connector/J: connector-j/run.sh GROUP:ARTIFACT:VERSION
set -euo pipefail
cd "$(dirname "$0")"
source ../support/install.sh

need javac default-jdk-headless
jar=$(maven_jar "$1")
exec java -cp "$jar" Contract.java
