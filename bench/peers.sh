#!/bin/sh
# Installs the tools that bench/run.ts compares with, and tells which are missing afterwards.
# What is there already is left as it is. Usage: bench/peers.sh [NAME...], all by default.
#
# wrk, ab, nginx, h2load and openssl come from Debian (needs root); k6, vegeta, hey and ghz from Go's and
# oha from Cargo's registry, fasthttp_hpdummy_server from GitHub (its module is not at every proxy), into
# $BREAKWATER_PEERS (default /opt/breakwater-peers); autocannon into bench/.work. oha takes minutes.
set -u

here=$(cd "$(dirname "$0")" && pwd)
peers=${BREAKWATER_PEERS:-/opt/breakwater-peers}
PATH=$here/.work/node_modules/.bin:$peers/bin:/usr/local/go/bin:$HOME/.cargo/bin:$PATH:/usr/sbin

debian() { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$1"; }
go_install() { GOBIN=$peers/bin nice go install "$1"; }

install() {
  case $1 in
    wrk) debian wrk ;;
    ab) debian apache2-utils ;;
    nginx) debian nginx-light ;;
    openssl) debian openssl ;;
    h2load) debian nghttp2-client ;;
    fasthttp_hpdummy_server)
      from=https://github.com/eugenepaniot/fasthttp_hpdummy_server
      git clone --depth 1 "$from" "$peers/src/$1" && (cd "$peers/src/$1" && nice go build -o "$peers/bin/$1" .)
      ;;
    autocannon) npm install --prefix "$here/.work" --no-audit --no-fund --no-package-lock autocannon ;;
    k6) go_install go.k6.io/k6/v2@latest || go_install go.k6.io/k6@latest ;;
    vegeta) go_install github.com/tsenart/vegeta/v12@latest ;;
    hey) go_install github.com/rakyll/hey@latest ;;
    oha) nice cargo install oha --locked --root "$peers" ;;
    *) echo "there is no peer called $1" >&2; return 1 ;;
  esac
}

[ $# -gt 0 ] || set -- wrk ab nginx h2load openssl autocannon k6 vegeta hey oha fasthttp_hpdummy_server
mkdir -p "$here/.work/logs"
missing=
for name; do
  if ! command -v "$name" >/dev/null; then
    echo "installing $name"
    install "$name" >"$here/.work/logs/$name.log" 2>&1
  fi
  if path=$(command -v "$name"); then
    echo "$name is $path"
  else
    echo "$name is missing: $(tail -n 1 "$here/.work/logs/$name.log")"
    missing="$missing $name"
  fi
done
[ -z "$missing" ] || echo "Missing:$missing; the benches that need them say so"
