#!/usr/bin/env bash
# A stock xapian-tcpsrv searches by irgan::Weight once the preload module has taught it the class, and refuses it
# without.
# Use: tests/weight_remote.sh WEIGHT-CLIENT PRELOAD-MODULE
set -euo pipefail
client=$(realpath "${1:?name the program irgan_weight_client}")
module=$(realpath "${2:?name the preload module}")
command -v xapian-tcpsrv >/dev/null || { echo "skipped: there is no xapian-tcpsrv (Debian's xapian-tools)"; exit 77; }
folder=$(mktemp -d)
server=
stop() { [ -z "$server" ] || { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; server=; }; }
trap 'stop; rm -rf "$folder"' EXIT
cd "$folder"
unset LD_PRELOAD

# serve [VARIABLE=VALUE...]: starts a server on a free port of 127.0.0.1 and leaves that in `port`. It is given a
# process group of its own, since a server that is told to end tells its whole group.
serve() {
  for _ in $(seq 20); do
    port=$((20000 + RANDOM % 20000))
    setsid env "$@" xapian-tcpsrv --interface 127.0.0.1 --port $port --idle-timeout 60000 db >server.log 2>&1 &
    server=$!
    for _ in $(seq 100); do
      kill -0 $server 2>/dev/null || break  # the port was taken
      if grep -q Listening server.log; then return 0; fi
      sleep 0.05
    done
    stop
  done
  cat server.log >&2
  return 1
}

"$client" make db
echo "== without the module"
serve
code=0
"$client" compare db $port 2>errors || code=$?
[ $code = 3 ] || { cat errors server.log >&2; echo "FAILED: exit code $code" >&2; exit 1; }
stop
echo "== with the module"
serve LD_PRELOAD="$module"
"$client" compare db $port
echo "passed"
