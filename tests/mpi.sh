#!/usr/bin/env bash
# Training shared out among processes by mpirun: the same model at 1, 2 and 4 of them, from rows and from an index with
# vectors, killed and resumed; and what is said when it cannot go on.
# Use: tests/mpi.sh        by name: it needs libboost-mpi-dev and openmpi-bin, which it installs
#   BUILD=FOLDER           where it builds with -DIRGAN_MPI=ON, else build/mpi
set -euo pipefail
cd "$(dirname "$0")/.."
index_tools/install_dependencies.sh libboost-mpi-dev openmpi-bin
build=${BUILD:-build/mpi}
cmake --preset dev -B "$build" -DIRGAN_MPI=ON >/dev/null
cmake --build "$build" --target xapian-irgan
irgan=$(realpath "$build")/index_tools/xapian-irgan
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() { echo "FAILED: $*"; exit 1; }
# As root and on few cores, mpirun wants to be told that this is meant.
processes() { local n=$1; shift; mpirun -n "$n" --oversubscribe --allow-run-as-root "$@"; }

# Rows of 120 queries with pages of clicks would do as well; these have grades, and an odd number of queries.
/usr/bin/env python3 - >"$folder/rows.txt" <<'PYTHON'
import random
random.seed(3)
for query in range(121):
    for document in range(20 + query % 7):
        label = random.choices((0, 1, 2), (80, 15, 5))[0]
        values = (random.gauss(label * (j % 2), 1 + j % 5) for j in range(9))
        numbers = " ".join(f"{j + 1}:{v:.5f}" for j, v in enumerate(values))
        print(label, f"qid:{query}", numbers, f"# docid = {query}-{document}")
PYTHON
"$irgan" features --mapped --merge "$folder/rows.txt" --out "$folder/rows.rows"

same_models() {  # same_models WHAT ARGUMENTS... : models of 1, 2 and 4 processes
  local what=$1 n
  shift
  for n in 1 2 4; do
    rm -f "$folder/$n.model"
    processes "$n" "$irgan" train "$@" --threads 1 --force --quiet --model "$folder/$n.model"
    cmp "$folder/1.model" "$folder/$n.model" || fail "$what: $n processes make another model than one"
  done
  echo "$what: the same model at 1, 2 and 4 processes"
}

same_models "rows" --data "$folder/rows.rows" --epochs 3
same_models "a batch of three, draws" --data "$folder/rows.txt" --epochs 2 --batch 3 --samples 8
same_models "batches smaller than the processes" --data "$folder/rows.rows" --epochs 1 --batch 2
same_models "trials" --data "$folder/rows.rows" --epochs 2 --trials 3
# An index of 300 documents, 60 queries of two words each, pages of simulated clicks.
mkdir "$folder/site"
(
  cd "$folder/site"
  for i in $(seq 300); do
    printf '{"id": "%d", "title": "w%d", "body": "' "$i" $((i % 60))
    for k in 2 3 4 5 6 7; do printf 'w%d ' $((i * k % 97)); done
    printf '", "votes": %d}\n' $((i * 37 % 100))
  done >documents.jsonl
  for q in $(seq 0 59); do
    printf 'q%d\tw%d w%d\n' "$q" "$q" $((q * 3 % 60)) >>queries
    for k in 0 1 2; do echo "q$q 0 $((q + 60 * k + 1)) $k" >>qrels; done
  done
  "$irgan" index --quiet --db db --field title=S --field body= --value votes=0 documents.jsonl
  "$irgan" simulate --quiet --db db --queries queries --qrels qrels --out log.tsv
  "$irgan" vectors --quiet --db db --out vectors --dimensions 8
) >/dev/null
site=(--db "$folder/site/db" --queries "$folder/site/queries" --clicks "$folder/site/log.tsv" --epochs 2)
same_models "clicks on pages, from the index" "${site[@]}"
same_models "picks from the whole collection" "${site[@]}" --vectors "$folder/site/vectors"

# One process of two is killed when the first checkpoint is there: mpirun ends the other and says so; started again,
# also with another number of processes, training goes on and ends at the same model.
rm -f "$folder/2.model"
processes 2 bash -c '
  [ "$OMPI_COMM_WORLD_RANK" = 1 ] || exec "$@"
  "$@" &
  until [ -e "$0" ]; do kill -0 $! || exit 1; sleep .05; done
  kill -KILL $!
  wait $!' "$folder/2.model.checkpoint" "$irgan" train --data "$folder/rows.rows" --epochs 200 --threads 1 --force \
  --checkpoint-seconds 0 --model "$folder/2.model" >"$folder/killed" 2>&1 && fail "a run that lost a process ended well"
[ ! -e "$folder/2.model" ] || fail "a run that lost a process wrote a model"
[ -e "$folder/2.model.checkpoint" ] || fail "a run that lost a process left no checkpoint"
grep -qi 'exit' "$folder/killed" || fail "nobody says that a process ended"
for n in 4 1; do
  cp "$folder/2.model.checkpoint" "$folder/r$n.model.checkpoint"
  processes "$n" "$irgan" train --data "$folder/rows.rows" --epochs 200 --threads 1 --force \
    --model "$folder/r$n.model" >"$folder/resumed" 2>&1
  grep -q 'going on with the interrupted run' "$folder/resumed" || fail "it began anew"
done
"$irgan" train --data "$folder/rows.rows" --epochs 200 --threads 1 --force --quiet --model "$folder/whole.model" \
  2>/dev/null
cmp "$folder/whole.model" "$folder/r4.model" && cmp "$folder/whole.model" "$folder/r1.model" ||
  fail "a resumed run ends at another model"
echo "killed and resumed: the same model"

refused() {  # refused SENTENCE PROCESSES COMMAND...
  local sentence=$1 n=$2
  shift 2
  if processes "$n" "$@" >"$folder/said" 2>&1; then fail "went well: $*"; fi
  grep -qF -- "$sentence" "$folder/said" || { cat "$folder/said"; fail "did not say: $sentence"; }
}
refused "mpirun started 3 processes: start 2, 4, 8" 3 "$irgan" train --data "$folder/rows.rows" --model "$folder/x"
refused "No such file" 2 "$irgan" train --data "$folder/none.rows" --model "$folder/x"
# Machines whose copies differ.
refused "process 2 of 2: xapian-irgan train: its rows or options are not those of the first process" 2 bash -c \
  'exec "$0" train --data "$1/rows.rows" --seed $((OMPI_COMM_WORLD_RANK + 1)) --model "$1/x"' "$irgan" "$folder"
echo "refusals: as they should be"

# Other commands are not shared out: each process runs its own, such as a part of the rows.
processes 2 bash -c 'exec "$0" features --quiet --db "$1/site/db" --queries "$1/site/queries" --qrels "$1/site/qrels" \
  --shard $((OMPI_COMM_WORLD_RANK + 1))/2 --out "$1/part.$OMPI_COMM_WORLD_RANK"' "$irgan" "$folder"
"$irgan" features --merge "$folder/part.0" --merge "$folder/part.1" --out "$folder/parts"
"$irgan" features --quiet --db "$folder/site/db" --queries "$folder/site/queries" --qrels "$folder/site/qrels" \
  --out "$folder/all"
cmp "$folder/parts" "$folder/all" || fail "parts made by two processes are not the rows of one"
echo "parts of rows by two processes: the same rows"
