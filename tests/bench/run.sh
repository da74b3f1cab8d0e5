#!/usr/bin/env bash
# Every ratio of speed in one go, each against something that is measured in the same run:
#   cmake --preset release -DIRGAN_BUILD_TESTS=ON && cmake --build --preset release && index_tools/demo.sh
#   tests/bench/run.sh [PART...]     training threads features rerank live mine check index; all if none is named
# Lines are: part, what, its figure, the other thing's figure, the ratio. Medians of RUNS turns.
#   BUILD=FOLDER  the build, else build/release     DEMO=FOLDER  the demo's files, else build/demo
#   PEERS=FOLDER  with torch_irgan.py, for training against PyTorch with OpenBLAS (python3-torch,
#                 libopenblas0-pthread); without it that line is left out
#   DUCKDB=FOLDER  for check against DuckDB as well (log_speed.sh)
#   RUNS=3
set -euo pipefail
shopt -s inherit_errexit  # a command that fails ends the run, whatever waits for its output
cd "$(dirname "$0")/../.."
build=${BUILD:-build/release}
demo=${DEMO:-build/demo}
runs=${RUNS:-3}
irgan=$build/index_tools/xapian-irgan
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
db=$demo/packages.db
queries=$demo/queries.train.tsv
clicks=$demo/clicks.1.tsv.zst
model=$demo/random.3.model         # of the first stage's candidates alone
picking_model=$demo/irgan.3.model  # whose generator picks from the whole collection
vectors=$demo/packages.vectors

median() { printf '%s\n' "$@" | sort -g | awk '{ x[NR] = $1 } END { print x[int((NR + 1) / 2)] }'; }
seconds_of() {  # of a command, its output dropped
  local begin end
  begin=$(date +%s.%N)
  "$@" >/dev/null 2>"$folder/err" || { cat "$folder/err" >&2; return 1; }
  end=$(date +%s.%N)
  awk -v b="$begin" -v e="$end" 'BEGIN { printf "%.3f\n", e - b }'
}
median_of() {  # median_of COMMAND...
  local all=() turn one
  for ((turn = 0; turn < runs; ++turn)); do
    one=$(seconds_of "$@")
    all+=("$one")
  done
  median "${all[@]}"
}
line() {  # line PART WHAT OURS OTHER RATIO
  printf '%-9s %-62s %10s %10s  %s\n' "$@"
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

searches() { "$build/tests/irgan_searches" "$db" "$queries" 2>/dev/null; }
searches_seconds() {
  local all=() turn one
  for ((turn = 0; turn < runs; ++turn)); do
    one=$(searches)
    all+=("$one")
  done
  median "${all[@]}"
}

# Pools of 100 documents with 46 features, half of which say something about the label.
make_rows() {
  [ -s "$folder/rows.letor" ] || /usr/bin/env python3 - >"$folder/rows.letor" <<'PYTHON'
import random
random.seed(1)
for query in range(400):
    for document in range(100):
        label = random.choices((0, 1, 2), (80, 15, 5))[0]
        values = (random.gauss(label * (j % 2), 1 + j % 5) for j in range(46))
        numbers = (f"{j + 1}:{v:.5f}" for j, v in enumerate(values))
        print(label, f"qid:{query}", *numbers, f"# docid = {query}-{document}")
PYTHON
}

# Query-steps a second, without what reading and the first epochs take: 28 epochs less 4 of the same run.
steps_a_second() {  # steps_a_second THREADS BATCH
  local common=(--data "$folder/rows.letor" --valid "$folder/few.letor" --threads "$1" --batch "$2" --restart --force)
  head -n 2000 "$folder/rows.letor" >"$folder/few.letor"
  local few many
  few=$(median_of "$irgan" train "${common[@]}" --epochs 4 --model "$folder/few.model")
  many=$(median_of "$irgan" train "${common[@]}" --epochs 28 --model "$folder/many.model")
  awk -v a="$few" -v b="$many" 'BEGIN { printf "%.0f\n", 24 * 400 / (b - a) }'
}

training() {
  make_rows
  local ours
  ours=$(steps_a_second 1 8)
  if [ -z "${PEERS:-}" ]; then
    line training "query-steps/s, one thread (name PEERS for PyTorch's)" "$ours" - -
    return
  fi
  readlink -f /usr/lib/*/libblas.so.3 | grep -q openblas ||
    { echo "PyTorch would not use OpenBLAS here: install libopenblas0-pthread" >&2; return 1; }
  local torch
  torch=$(cd "$PEERS" && env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE OPENBLAS_NUM_THREADS=1 /usr/bin/python3 \
    torch_irgan.py "$folder/rows.letor" --threads 1 | grep -oE '[0-9.,]+ query-steps' | tail -1 | tr -dc '0-9.')
  line training "query-steps/s, one thread, against PyTorch with OpenBLAS" "$ours" "$torch" \
    "$(ratio "$ours" "$torch") x"
}

threads() {
  make_rows
  local batch one two
  for batch in 8 32; do
    one=$(steps_a_second 1 "$batch")
    two=$(steps_a_second 2 "$batch")
    line threads "query-steps/s, batches of $batch: two threads against one" "$two" "$one" "$(ratio "$two" "$one") x"
  done
}

features() {
  local alone number seconds
  alone=$(searches_seconds)
  for number in 1 2; do
    seconds=$(median_of "$irgan" features --db "$db" --queries "$queries" --clicks "$clicks" \
      --threads "$number" --out "$folder/rows.txt")
    line features "seconds, $number threads, against the searches alone" "$seconds" "$alone" \
      "$(ratio "$seconds" "$alone") x"
  done
}

rerank() {
  local alone number seconds
  alone=$(searches_seconds)
  seconds=$(median_of "$irgan" rerank --db "$db" --queries "$queries" --threads 1 --baseline-out "$folder/run")
  line rerank "seconds, 1 thread, without a model, against the searches" "$seconds" "$alone" \
    "$(ratio "$seconds" "$alone") x"
  for number in 1 2; do
    seconds=$(median_of "$irgan" rerank --db "$db" --queries "$queries" --model "$model" \
      --threads "$number" --out "$folder/run")
    line rerank "seconds, $number threads, against the searches alone" "$seconds" "$alone" \
      "$(ratio "$seconds" "$alone") x"
  done
  seconds=$(median_of "$irgan" rerank --db "$db" --queries "$queries" --model "$picking_model" --vectors "$vectors" \
    --threads 1 --out "$folder/run")
  line rerank "seconds, 1 thread, with picks, against the searches alone" "$seconds" "$alone" \
    "$(ratio "$seconds" "$alone") x"
}

added_live() {  # added_live WHAT MODEL [REPEATS MEMORY VECTORS]
  local table
  table=$("$build/tests/irgan_overhead" "$db" "$2" "$demo/queries.test.tsv" "${@:3}")
  awk '$1 == "all" { print $4, $3, $9 }' <<<"$table" | while read -r added search share; do
    line live "microseconds added to get_mset(0, 100)$1" "$added" "$search" "$share x"
  done
}

live() {
  added_live "" "$model"
  added_live ", with picks" "$picking_model" 9 "" "$vectors"
  "$irgan" memory --queries "$queries" --clicks "$clicks" --min-sessions 1 --out "$folder/memory" >/dev/null
  added_live ", with a click memory" "$model" 9 "$folder/memory"
}

mined() {  # mined FILE: what `mine` says goes there
  "$irgan" mine --db "$db" --model "$model" --queries "$queries" --clicks "$clicks" --format ids --threads 1 \
    --out "$folder/negatives" >"$1"
}

mine() {
  local alone count searches rate rates=() seconds=() turn
  alone=$(searches_seconds)
  count=$(wc -l <"$queries")
  searches=$(ratio "$count" "$alone")
  for ((turn = 0; turn < runs; ++turn)); do
    rm -f "$folder"/negatives*
    seconds+=("$(seconds_of mined "$folder/mined")")
    rates+=("$(sed -n 's/.* \([0-9.]*\) queries a second$/\1/p' "$folder/mined")")
  done
  rate=$(median "${rates[@]}")
  line mine "queries/s, one thread, against the searches" "$rate" "$searches" "$(ratio "$rate" "$searches") x"
  rate=$(ratio "$count" "$(median "${seconds[@]}")")
  line mine "the same, with reading the log and fitting the evidence" "$rate" "$searches" \
    "$(ratio "$rate" "$searches") x"
}

check() { BUILD=$build tests/bench/log_speed.sh "${ROWS:-10000000}" "" | sed 's/^/check     /'; }

index() {
  local ours scriptindex threads
  printf 'id : boolean=Q unique=Q\nname : index=S index\nsummary : index=XS index\ndescription : index=XD index\n' \
    >"$folder/fields"
  /usr/bin/env python3 - "$demo/packages.jsonl" >"$folder/texts" <<'PYTHON'
import json, sys
for text in open(sys.argv[1]):
    document = json.loads(text)
    for key in ("id", "name", "summary", "description"):
        print(f"{key}={str(document.get(key, '')).replace(chr(10), chr(10) + '=')}")
    print()
PYTHON
  scriptindex=$(rm -rf "$folder/s.db" && seconds_of scriptindex --stemmer=english \
    "$folder/s.db" "$folder/fields" "$folder/texts")
  for threads in 1 2; do
    ours=$(rm -rf "$folder/i.db" && seconds_of "$irgan" index --db "$folder/i.db" --threads "$threads" \
      --field name=S --field summary=XS --field description=XD "$demo/packages.jsonl")
    line index "seconds, $threads threads, against scriptindex on the same texts" "$ours" "$scriptindex" \
      "$(ratio "$ours" "$scriptindex") x"
  done
}

grep -m1 'model name' /proc/cpuinfo | sed 's/.*: //'
printf '%s processors, load %s, %s turns each\n' "$(nproc)" "$(cut -d' ' -f1 /proc/loadavg)" "$runs"
line part what ours other ratio
[ $# -gt 0 ] || set -- training threads features rerank live mine check index
for part in "$@"; do "$part"; done
