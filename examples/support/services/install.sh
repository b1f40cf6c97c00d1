#!/usr/bin/env bash
# Installs PostgreSQL with pgvector, and Redis, from Debian's packages. Run it as root. It skips installed programs.
#
# Debian 12 has no package of pgvector for its PostgreSQL 15. There, this script builds it from the source package of
# Debian 13, which comes from the mirror that this machine uses.
set -euo pipefail

apt_get() { apt-get -qq -o Dpkg::Use-Pty=0 "$@" >/dev/null; }

newest_postgres() { find /usr/lib/postgresql -maxdepth 1 -mindepth 1 -printf '%f\n' 2>/dev/null | sort -n | tail -1; }

has_pgvector() { [ -e "/usr/share/postgresql/$1/extension/vector.control" ]; }

build_pgvector() {
  local version=$1 work
  apt_get install --no-install-recommends "postgresql-server-dev-$version" build-essential dpkg-dev
  work=$(mktemp -d)
  trap 'rm -rf "$work"' RETURN
  cd "$work"
  mkdir -p lists/partial
  source_lists > sources.list
  local options=(-o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=-
    -o "Dir::State::lists=$work/lists" -o APT::Sandbox::User=root)
  apt_get "${options[@]}" update
  apt_get "${options[@]}" source --download-only pgvector
  tar xzf pgvector_*.orig.tar.gz
  # OPTFLAGS is empty, so that the build of one machine runs on others.
  make -C pgvector-*/ -s -j2 OPTFLAGS="" with_llvm=no PG_CONFIG="/usr/lib/postgresql/$version/bin/pg_config" install
}

# Prints the line for apt: the mirror of this machine, with the source packages of Debian 13.
source_lists() {
  local mirror
  mirror=$(apt-get indextargets --format '$(SITE) $(CODENAME)' | awk '$2 == "bookworm" { print $1; exit }')
  echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror:-http://deb.debian.org/debian} trixie main"
}

export DEBIAN_FRONTEND=noninteractive
# Prevents that the system starts a server: each test and example starts its own, in its own folder.
mkdir -p /etc/postgresql-common
grep -qs '^create_main_cluster' /etc/postgresql-common/createcluster.conf ||
  echo "create_main_cluster = false" >> /etc/postgresql-common/createcluster.conf

command -v redis-server >/dev/null && [ -n "$(newest_postgres)" ] || {
  apt_get update
  apt_get install --no-install-recommends redis-server postgresql
}
version=$(newest_postgres)
has_pgvector "$version" || apt_get install --no-install-recommends "postgresql-$version-pgvector" 2>/dev/null ||
  build_pgvector "$version"
has_pgvector "$version" || { echo "Cannot install pgvector for PostgreSQL $version: the build created no extension" >&2; exit 1; }
echo "PostgreSQL $version with pgvector, and $(redis-server --version | cut -d' ' -f1-3 | tr -d '\n'), are installed."
