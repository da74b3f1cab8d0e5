#!/usr/bin/env bash
# Kills xapian-irgan with SIGKILL at random moments and checks that nothing is lost:
#   train     resumed five times, its model has the bytes of an undisturbed run, whatever the number of threads
#   index, features   the old output stands whole until the new one does
#   mine      resumed, its rows and its report have the bytes of an undisturbed run
# Use: tests/index_tools/kill_and_resume.sh XAPIAN-IRGAN [SEED]
set -euo pipefail
irgan=$(realpath "${1:?name the program}")
RANDOM=${2:-1} # seeds bash's own generator
echo "seed ${2:-1}"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

now() { date +%s%N; }

# The duration of a command in milliseconds.
took() {
  local begin
  begin=$(now)
  "$@" >log 2>&1 || { cat log >&2; fail "$*"; }
  echo $((($(now) - begin) / 1000000))
}

# Runs a command and kills it after so many milliseconds. Status 137 if it was killed, else 0.
killed_after() {
  local status=0
  # The inner shell is there to keep bash's own report of the kill to itself.
  (
    timeout --foreground --signal=KILL "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))" "${@:2}" >log 2>&1
    exit $?
  ) 2>/dev/null || status=$?
  [ $status -eq 0 ] || [ $status -eq 137 ] || { cat log >&2; fail "${*:2}: exit code $status"; }
  return $status
}

# A number from $1 to $2.
between() { echo $(($1 + RANDOM * ($2 - $1 + 1) / 32768)); }

echo "== train"
awk 'BEGIN {
  srand(7)
  for (query = 1; query <= 150; ++query) for (document = 1; document <= 10; ++document) {
    line = ""
    for (feature = 1; feature <= 8; ++feature) { x[feature] = rand(); line = line sprintf(" %d:%.4f", feature, x[feature]) }
    wanted = x[1] + x[2] * x[3] + 0.3 * rand()
    label = (wanted > 1.3) ? 2 : (wanted > 0.9) ? 1 : 0
    printf "%d qid:%d%s # docid = %d\n", label, query, line, document
  }
}' >rows
train=("$irgan" train --data rows --networks 2 --epochs 20)
duration=$(took "${train[@]}" --threads 1 --model undisturbed.model)
echo "undisturbed: $duration ms"
for threads in 1 2 5; do
  model=killed.$threads.model
  echo "what was here before" >$model
  kills=0
  resumed=0
  for _ in 1 2 3 4 5; do
    delay=$((duration * $(between 3 17) / 100))
    if killed_after $delay "${train[@]}" --threads $threads --model $model; then break; fi
    kills=$((kills + 1))
    if grep -q "^going on with the interrupted run in $model.checkpoint" log; then resumed=$((resumed + 1)); fi
    cmp -s $model <(echo "what was here before") || cmp -s $model undisturbed.model || fail "$model was damaged by kill $kills"
  done
  if [ -e $model.checkpoint ] || ! cmp -s $model undisturbed.model; then
    "${train[@]}" --threads $threads --model $model >log 2>&1 || { cat log >&2; fail "the last training"; }
    [ ! -e $model.checkpoint ] || fail "$model.checkpoint was left behind"
  fi
  cmp $model undisturbed.model || fail "$model differs from that of an undisturbed run"
  [ $resumed -gt 0 ] || fail "killed $kills times, resumed never"
  echo "$threads threads: killed $kills times, of which $resumed in a run that had been resumed; the same model"
done

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
documents 1001 4000 >new.jsonl
for query in $(seq 0 49); do printf 'q%d\tw%d w%d\n' "$query" "$query" $((query * 7 % 500)); done >queries
for query in $(seq 0 49); do for id in 1 2 3; do printf 'q%d 0 %d 1\n' "$query" $((1000 + query + 50 * id)); done; done >qrels
index=("$irgan" index --field title=S --field body=)
"${index[@]}" --db new.db new.jsonl >log
features=("$irgan" features --db new.db --queries queries --qrels qrels)
index_duration=$(took "${index[@]}" --db other.db new.jsonl)
features_duration=$(took "${features[@]}" --out new.rows)
"${index[@]}" --db old.db old.jsonl >log
search=("$irgan" search --json w7 w8)
"${search[@]}" --db old.db >old.hits
"${search[@]}" --db new.db >new.hits
cp -r old.db victim.db
echo "what was here before" >victim.rows
kills=0
for _ in 1 2 3 4 5; do
  killed_after $((index_duration * $(between 2 98) / 100)) "${index[@]}" --overwrite --db victim.db new.jsonl || kills=$((kills + 1))
  "${search[@]}" --db victim.db >victim.hits || fail "the index is damaged"
  cmp -s victim.hits old.hits || cmp -s victim.hits new.hits || fail "the index is neither the old nor the new one"
  killed_after $((features_duration * $(between 2 98) / 100)) "${features[@]}" --out victim.rows || kills=$((kills + 1))
  cmp -s victim.rows <(echo "what was here before") || cmp -s victim.rows new.rows || fail "the rows are neither the old nor the new ones"
done
[ $kills -gt 0 ] || fail "nothing was killed"
echo "killed $kills times, the old or the new output each time"
"${index[@]}" --overwrite --db victim.db new.jsonl >log || fail "a new try"
"${features[@]}" --out victim.rows >log 2>&1 || fail "a new try"
cmp victim.rows new.rows
"${search[@]}" --db victim.db | cmp - new.hits
echo "== mine"
mine=("$irgan" mine --db new.db --queries many --qrels many.qrels --source bm25 --source uniform --num-negatives 20)
for query in $(seq 0 5999); do printf 'q%d\tw%d w%d w%d\n' "$query" $((query % 50)) $((query * 7 % 500)) $((query * 11 % 500)); done >many
for query in $(seq 0 5999); do printf 'q%d 0 %d 1\n' "$query" $((1001 + query % 3000)); done >many.qrels
mine_duration=$(took "${mine[@]}" --out undisturbed.negatives --report-json undisturbed.json)
kills=0
resumed=0
echo "what was here before" >victim.negatives
for _ in 1 2 3 4 5 6 7 8; do
  if killed_after $((mine_duration * $(between 25 60) / 100)) "${mine[@]}" --threads $(between 1 3) --out victim.negatives --report-json victim.json; then break; fi
  kills=$((kills + 1))
  if grep -q "^going on with the interrupted run" log; then resumed=$((resumed + 1)); fi
  cmp -s victim.negatives <(echo "what was here before") || fail "the negatives were damaged by kill $kills"
done
if [ -e victim.negatives.partial ] || ! cmp -s victim.negatives undisturbed.negatives; then
  "${mine[@]}" --out victim.negatives --report-json victim.json >log 2>&1 || { cat log >&2; fail "the last mining"; }
fi
cmp victim.negatives undisturbed.negatives || fail "rows are doubled or missing after $kills kills"
cmp victim.json undisturbed.json || fail "the report differs after $kills kills"
[ ! -e victim.negatives.partial ] || fail "victim.negatives.partial was left behind"
echo "killed $kills times, of which $resumed in a run that had been resumed; the same rows and report"
echo "passed in $SECONDS s"
