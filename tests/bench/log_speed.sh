#!/usr/bin/env bash
# How fast `check` reads a large log, against `gzip -dc FILE | wc -l` on the same file in the same run, and in how much
# memory:
#   cmake --build --preset release --target xapian-irgan irgan_made_log
#   tests/bench/log_speed.sh [ROWS] [FILE]     BUILD=FOLDER  the build, else build/release
#   DUCKDB=FOLDER  where `npm install @duckdb/node-api` was run: DuckDB counts the same rows, too, with as many threads as
#                  there are processors
# The log is made if FILE is not there. They take turns, three times each; ratios are those of the medians.
set -euo pipefail

rows=${1:-100000000}
file=${2:-/tmp/made_log.$rows.tsv.gz}
build=${BUILD:-$(dirname "$0")/../../build/release}
[ -s "$file" ] || { "$build/tests/irgan_made_log" "$rows" | gzip >"$file.part" && mv "$file.part" "$file"; }

seconds_of() {  # of a command, its output dropped
  local start end
  start=$(date +%s.%N)
  "$@" >/dev/null
  end=$(date +%s.%N)
  awk -v s="$start" -v e="$end" 'BEGIN { printf "%.2f\n", e - s }'
}
unpack() { gzip -dc "$file" | wc -l; }
check() { "$build/index_tools/xapian-irgan" check --clicks "$file"; }
duckdb() { node "$(dirname "$0")/duckdb_census.mjs" "$DUCKDB" "$file" "$(nproc)"; }

for turn in 1 2 3; do
  gzip_seconds[turn]=$(seconds_of unpack)
  check_seconds[turn]=$(seconds_of check)
  line="turn $turn: gzip -dc | wc -l ${gzip_seconds[turn]} s, check ${check_seconds[turn]} s"
  if [ -n "${DUCKDB:-}" ]; then
    duckdb_seconds[turn]=$(seconds_of duckdb)
    line+=", DuckDB ${duckdb_seconds[turn]} s"
  fi
  echo "$line"
done
median() { printf '%s\n' "$@" | sort -n | sed -n 2p; }
awk -v rows="$rows" -v g="$(median "${gzip_seconds[@]}")" -v c="$(median "${check_seconds[@]}")" 'BEGIN {
  printf "gzip -dc | wc -l: %.2f million rows/s; check: %.2f million rows/s; ratio %.2f\n", \
    rows / g / 1e6, rows / c / 1e6, g / c
}'
[ -z "${DUCKDB:-}" ] || awk -v d="$(median "${duckdb_seconds[@]}")" -v c="$(median "${check_seconds[@]}")" 'BEGIN {
  printf "DuckDB takes %.1f times as long as check\n", d / c
}'
/usr/bin/env python3 - "$build/index_tools/xapian-irgan" "$file" <<'PYTHON'
import resource, subprocess, sys
subprocess.run([sys.argv[1], "check", "--clicks", sys.argv[2]], check=True, stdout=subprocess.DEVNULL)
print("peak memory %.0f MB" % (resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024))
PYTHON
