#!/usr/bin/env bash
# Kills xapian-irgan with SIGKILL at chosen writes, fsyncs and renames (tests/faults/nth_call.cc), and checks that
# nothing is lost:
#   train             resumed after each of five kills, its model has the bytes of an undisturbed run at any number of
#                     threads
#   index, features   the old output stands whole until the new one does
#   mine              resumed, its rows and its report have the bytes of an undisturbed run
# Use: tests/index_tools/kill_and_resume.sh XAPIAN-IRGAN NTH-CALL-MODULE
set -euo pipefail
irgan=$(realpath "${1:?name the program}")
module=$(realpath "${2:?name the module nth_call}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export NTH_CALL_KINDS=write,sync,rename
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0"

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# Runs a command to its end and prints how many calls it made.
calls_of() {
  NTH_CALL_COUNT=count LD_PRELOAD=$module "$@" >log 2>&1 || { cat log >&2; fail "$*"; }
  cat count
}

# Runs a command and kills it at its call $1. Status 137 if it was killed, 0 if it ended before.
killed_at() {
  local status=0
  # The inner shell is there to keep bash's own report of the kill to itself.
  (
    NTH_CALL=$1 LD_PRELOAD=$module "${@:2}" >log 2>&1
    exit $?
  ) 2>/dev/null || status=$?
  [ $status -eq 0 ] || [ $status -eq 137 ] || { cat log >&2; fail "${*:2}: exit code $status"; }
  return $status
}

echo "== train"
awk 'BEGIN {
  srand(7)
  for (query = 1; query <= 150; ++query) for (document = 1; document <= 10; ++document) {
    line = ""
    for (feature = 1; feature <= 8; ++feature) {
      x[feature] = rand()
      line = line sprintf(" %d:%.4f", feature, x[feature])
    }
    wanted = x[1] + x[2] * x[3] + 0.3 * rand()
    label = (wanted > 1.3) ? 2 : (wanted > 0.9) ? 1 : 0
    printf "%d qid:%d%s # docid = %d\n", label, query, line, document
  }
}' >rows
train=("$irgan" train --data rows --networks 2 --epochs 6 --checkpoint-seconds 0)
calls=$(calls_of "${train[@]}" --threads 1 --model undisturbed.model)
echo "undisturbed: $calls calls"
for threads in 1 2 5; do
  model=killed.$threads.model
  echo "what was here before" >$model
  resumed=0
  for kill in 1 2 3 4 5; do
    if killed_at $((calls / 8 + (kill + threads) % 3)) "${train[@]}" --threads $threads --model $model; then
      fail "kill $kill came too late"
    fi
    if grep -q "^going on with the interrupted run in $model.checkpoint" log; then resumed=$((resumed + 1)); fi
    cmp -s $model <(echo "what was here before") || fail "$model was damaged by kill $kill"
  done
  "${train[@]}" --threads $threads --model $model >log 2>&1 || { cat log >&2; fail "the last training"; }
  [ ! -e $model.checkpoint ] || fail "$model.checkpoint was left behind"
  cmp $model undisturbed.model || fail "$model differs from that of an undisturbed run"
  [ $resumed -ge 3 ] || fail "killed 5 times, resumed only $resumed times"
  echo "$threads threads: killed 5 times, of which $resumed in a run that had been resumed; the same model"
done
# Every call of the run's end, where the model replaces what was here before.
for back in $(seq 0 11); do
  echo "what was here before" >last.model
  killed_at $((calls - back)) "${train[@]}" --threads 1 --model last.model && fail "the kill came too late"
  cmp -s last.model <(echo "what was here before") || cmp -s last.model undisturbed.model ||
    fail "the model was damaged"
  "${train[@]}" --threads 1 --model last.model >log 2>&1 || { cat log >&2; fail "a new try"; }
  cmp last.model undisturbed.model
done
echo "killed at each of the last 12 calls: the old or the new model each time"

echo "== index and features"
documents() {
  awk -v from="$1" -v to="$2" 'BEGIN {
    srand(from)
    for (i = from; i <= to; ++i) {
      text = ""
      for (k = 0; k < 60; ++k) text = text " w" int(rand() * 500)
      printf "{\"id\": \"%d\", \"title\": \"w%d\", \"body\": \"%s\"}\n", i, i % 50, text
    }
  }'
}
documents 1 50 >old.jsonl
documents 1001 2000 >new.jsonl
for query in $(seq 0 49); do printf 'q%d\tw%d w%d\n' "$query" "$query" $((query * 7 % 500)); done >queries
for query in $(seq 0 49); do
  for id in 1 2 3; do printf 'q%d 0 %d 1\n' "$query" $((1000 + query + 50 * id)); done
done >qrels
index=("$irgan" index --field title=S --field body=)
"${index[@]}" --db new.db new.jsonl >log
features=("$irgan" features --db new.db --queries queries --qrels qrels)
index_calls=$(calls_of "${index[@]}" --db other.db new.jsonl)
features_calls=$(calls_of "${features[@]}" --out new.rows)
echo "undisturbed: $index_calls and $features_calls calls"
"${index[@]}" --db old.db old.jsonl >log
search=("$irgan" search --json w7 w8)
"${search[@]}" --db old.db >old.hits
"${search[@]}" --db new.db >new.hits
cp -r old.db victim.db
echo "what was here before" >victim.rows
kills=0
# Tenths of the run, and the calls of its end one by one.
points() {
  for tenth in $(seq 1 9); do echo $(($1 * tenth / 10 + 1)); done
  for back in $(seq 5 -1 0); do echo $(($1 - back)); done
}
for at in $(points "$index_calls"); do
  killed_at "$at" "${index[@]}" --overwrite --db victim.db new.jsonl || kills=$((kills + 1))
  "${search[@]}" --db victim.db >victim.hits || fail "the index is damaged"
  cmp -s victim.hits old.hits || cmp -s victim.hits new.hits || fail "the index is neither the old nor the new one"
done
for at in $(points "$features_calls"); do
  killed_at "$at" "${features[@]}" --out victim.rows || kills=$((kills + 1))
  cmp -s victim.rows <(echo "what was here before") || cmp -s victim.rows new.rows ||
    fail "the rows are neither the old nor the new ones"
done
[ $kills -ge 26 ] || fail "only $kills of 30 kills came in time"
echo "killed $kills times, the old or the new output each time"
"${index[@]}" --overwrite --db victim.db new.jsonl >log || fail "a new try"
"${features[@]}" --out victim.rows >log 2>&1 || fail "a new try"
cmp victim.rows new.rows
"${search[@]}" --db victim.db | cmp - new.hits

echo "== mine"
mine=("$irgan" mine --db new.db --queries many --qrels many.qrels --source bm25 --source uniform --num-negatives 20)
for query in $(seq 0 1999); do
  printf 'q%d\tw%d w%d w%d\n' "$query" $((query % 50)) $((query * 7 % 500)) $((query * 11 % 500))
done >many
for query in $(seq 0 1999); do printf 'q%d 0 %d 1\n' "$query" $((1001 + query % 1000)); done >many.qrels
mine_calls=$(calls_of "${mine[@]}" --out undisturbed.negatives --report-json undisturbed.json)
echo "undisturbed: $mine_calls calls"
resumed=0
echo "what was here before" >victim.negatives
for kill in 1 2 3 4 5; do
  if killed_at $((mine_calls / 8 + kill % 3)) "${mine[@]}" --threads $((1 + kill % 3)) --out victim.negatives \
    --report-json victim.json; then
    fail "kill $kill came too late"
  fi
  if grep -q "^going on with the interrupted run" log; then resumed=$((resumed + 1)); fi
  cmp -s victim.negatives <(echo "what was here before") || fail "the negatives were damaged by kill $kill"
done
"${mine[@]}" --out victim.negatives --report-json victim.json >log 2>&1 || { cat log >&2; fail "the last mining"; }
cmp victim.negatives undisturbed.negatives || fail "rows are doubled or missing"
cmp victim.json undisturbed.json || fail "the report differs"
[ ! -e victim.negatives.partial ] || fail "victim.negatives.partial was left behind"
[ $resumed -ge 3 ] || fail "killed 5 times, resumed only $resumed times"
echo "killed 5 times, of which $resumed in a run that had been resumed; the same rows and report"
