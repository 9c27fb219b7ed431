# Sourced by the clients' scripts.

# install PACKAGE...: installs Debian packages.
install() {
  echo "installing $*" >&2
  apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -qqy --no-install-recommends "$@" >&2
}

# need COMMAND PACKAGE...: installs Debian packages unless the command is there.
need() {
  local command=$1
  shift
  command -v "$command" >/dev/null || install "$@"
}

# maven_jar GROUP:ARTIFACT:VERSION: prints the path of the jar in the cache.
maven_jar() {
  local artifact version
  IFS=: read -r _ artifact version <<<"$1"
  local jar="$CLIENT_CACHE/$artifact-$version.jar"
  if [ ! -f "$jar" ]; then
    need mvn maven
    mvn -B -q dependency:copy -Dartifact="$1" -DoutputDirectory="$CLIENT_CACHE" >&2 || return 1
  fi
  echo "$jar"
}
