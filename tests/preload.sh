#!/usr/bin/env bash
# Runs Debian's own Xapian programs with the preload module, as they come from their packages: quest, Omega's CGI,
# python3-xapian, Search::Xapian (Perl). Each must show the order that 'xapian-irgan rerank' gives the query that it
# searched for, and its own order, after one line on stderr, when the model is broken.
# Use: tests/preload.sh XAPIAN-IRGAN PRELOAD-MODULE
set -euo pipefail
irgan=$(realpath "${1:?name the program}")
module=$(realpath "${2:?name the preload module}")
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
unset IRGAN_MODEL IRGAN_SHARE IRGAN_EXPLORE IRGAN_LOG IRGAN_LOG_FORM IRGAN_METRICS IRGAN_SHADOW LD_PRELOAD
export IRGAN_TIME_LIMIT=0 # a machine that is busy must not change the order

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# The programs. Each takes the words of a query and prints the docids of the first 20 hits, a line each.

mkdir templates
printf '%s' '$set{stemmer,english}$hitlist{$id
}' >templates/ids
printf 'database_dir %s\ntemplate_dir %s\nlog_dir %s\ncdb_dir %s\n' "$PWD" "$PWD/templates" "$PWD" "$PWD" >omega.conf

search() {  # search PROGRAM WORDS, in the environment given
  case $1 in
    quest) quest --db db --msize 20 "$2" | sed -nE 's/^([0-9]+): \[.*/\1/p' ;;
    omega) OMEGA_CONFIG_FILE=omega.conf REQUEST_METHOD=GET QUERY_STRING="DB=db&FMT=ids&HITSPERPAGE=20&P=${2// /+}" \
      /usr/lib/cgi-bin/omega/omega | grep -xE '[0-9]+' ;;
    python) /usr/bin/python3 "$here/package/search.py" db "$2" ;;
    python-recipe) /usr/bin/python3 "$here/package/search.py" db "$2" "$module" ;;
    perl) perl "$here/../plugin/examples/search.pl" db "$2" ;;
    perl-recipe) perl "$here/../plugin/examples/search.pl" db "$2" "$module" ;;
  esac
}
programs=(quest omega python perl)

"$here/made_site.sh" "$irgan" || fail "the made site"
words="word3 word14"

# put KEY FILE: the bytes of FILE into the index's metadata
put() {
  /usr/bin/python3 -c 'import sys, xapian
db = xapian.WritableDatabase("db")
db.set_metadata(sys.argv[1], open(sys.argv[2], "rb").read())' "$1" "$2"
}

# The docids that 'xapian-irgan rerank' puts first for the last query of the log.
expected_of_log() {
  printf 'qid\tquery\n' >logged
  tail -n 1 searches.log |
    /usr/bin/python3 -c 'import json, sys; print("q1", json.loads(sys.stdin.readline())["query"], sep="\t")' >>logged
  "$irgan" rerank --db db --model model --queries logged --out run >log || fail "rerank of a logged query"
  head -n 20 run | awk '{ print $3 }'  # the site's id of a document is its docid here
}

logged() {
  tail -n 1 searches.log |
    /usr/bin/python3 -c 'import json, sys; line = json.loads(sys.stdin.readline()); print(eval(sys.argv[1]))' "$1"
}

# expect PROGRAM CASE FILE LINES-ON-STDERR: what `found` and `errors` must be
expect() {
  cmp -s found "$3" || { paste found "$3" >&2; fail "$1: $2: the order is another"; }
  [ "$(wc -l <errors)" = "$4" ] || { cat errors >&2; fail "$1: $2: $(wc -l <errors) lines on stderr, not $4"; }
}

for program in "${programs[@]}"; do
  search "$program" "$words" >"$program.original"
  [ "$(wc -l <"$program.original")" = 20 ] || fail "$program finds $(wc -l <"$program.original") documents"
done

echo "== a database without a model is left alone"
for program in "${programs[@]}"; do
  LD_PRELOAD=$module IRGAN_LOG=searches.log search "$program" "$words" >found 2>errors
  expect "$program" "no model" "$program.original" 0
  [ ! -e searches.log ] || fail "$program: a database that did not ask for it is logged"
done

echo "== IRGAN_MODEL"
for program in "${programs[@]}"; do
  LD_PRELOAD=$module IRGAN_MODEL=model IRGAN_LOG=searches.log search "$program" "$words" >found 2>errors
  expected_of_log >"$program.expected"
  if cmp -s "$program.expected" "$program.original"; then
    fail "$program: the model changes nothing, so that this tests nothing"
  fi
  expect "$program" "a model file" "$program.expected" 0
  [ "$(logged 'line["text"]')" = "$words" ] || fail "$program: the log does not know what was typed"
  [ "$(logged '"\n".join(map(str, line["docids"][:20]))')" = "$(cat found)" ] ||
    fail "$program: the log does not say what was shown"
  [ "$(logged '"\n".join(line["ids"][:20])')" = "$(cat found)" ] || fail "$program: the log lacks the ids"
  [ "$(logged 'line["first"]')" = 0 ] || fail "$program: the log has another page"
done

echo "== IRGAN_MODEL that cannot be read"
head -c 1000 model >truncated
for broken in truncated nowhere .; do
  for program in "${programs[@]}"; do
    LD_PRELOAD=$module IRGAN_MODEL=$broken search "$program" "$words" >found 2>errors
    expect "$program" "the model $broken" "$program.original" 1
    grep -q '^xapian-irgan: served in the original order: ' errors || fail "$program: stderr says $(cat errors)"
  done
done

found=$(LD_PRELOAD=$module IRGAN_MODEL=model /usr/bin/python3 "$here/preload_guest.py" elsewhere 2>errors)
[ "$found" = "10 1" ] && [ ! -s errors ] || fail "the program goes elsewhere: $found $(cat errors)"

echo "== a model in the index"
"$irgan" store --db db --model model >log
for program in "${programs[@]}" python-recipe perl-recipe; do
  case $program in
    *-recipe) search "$program" "$words" >found 2>errors ;;
    *) LD_PRELOAD=$module search "$program" "$words" >found 2>errors ;;
  esac
  expect "$program" "a stored model" "${program%-recipe}.expected" 0
done

echo "== the share of queries, the time limit, and what is no number"
reranked=0
for q in $(seq 0 29); do
  LD_PRELOAD=$module IRGAN_SHARE=0.3 IRGAN_LOG=searches.log search quest "word$q word$((q * 7 % 30))" >found
  [ "$(logged 'line["model"]')" = None ] || reranked=$((reranked + 1))
done
[ $reranked -gt 0 ] && [ $reranked -lt 20 ] || fail "of 30 queries $reranked were reranked, at a share of 0.3"
LD_PRELOAD=$module IRGAN_SHARE=0 search quest "$words" >found 2>errors
expect quest "no share" quest.original 0
LD_PRELOAD=$module IRGAN_SHARE=half search quest "$words" >found 2>errors
expect quest "a bad share" quest.original 1
LD_PRELOAD=$module IRGAN_TIME_LIMIT=0.000001 search quest "$words" >found 2>errors
expect quest "no time" quest.original 1
grep -q 'took longer than its limit' errors || fail "stderr says $(cat errors)"
LD_PRELOAD=$module IRGAN_LOG=/nowhere/log search quest "$words" >found 2>errors
expect quest "a log that cannot be written" quest.expected 1

echo "== pages that are drawn from the policy"
LD_PRELOAD=$module IRGAN_LOG=searches.log search quest "$words" >found
[ "$(logged 'line["log_probabilities"]')" = None ] || fail "a page in the best order has probabilities"
different=0
for program in "${programs[@]}"; do
  LD_PRELOAD=$module IRGAN_EXPLORE=1 IRGAN_LOG=searches.log search "$program" "$words" >found 2>errors
  LD_PRELOAD=$module IRGAN_EXPLORE=1 search "$program" "$words" >again
  # At midnight UTC another page comes.
  cmp -s found again || [ "$(date -u +%H:%M)" = 00:00 ] || fail "$program: the same query shows another page"
  [ "$(sort -u found | wc -l)" = 20 ] || fail "$program: hits are lost or doubled"
  expected_of_log >best
  cmp -s found best || different=$((different + 1))
  [ "$(logged '"\n".join(map(str, line["docids"][:20]))')" = "$(cat found)" ] ||
    fail "$program: the log does not say what was shown"
  drawn='len(line["log_probabilities"]) == len(line["docids"]) and all(p <= 0 for p in line["log_probabilities"])'
  [ "$(logged "$drawn")" = True ] ||
    fail "$program: the log says of the draws $(logged 'line["log_probabilities"]')"
  [ ! -s errors ] || fail "$program: stderr says $(cat errors)"
done
[ $different = ${#programs[@]} ] || fail "only $different of ${#programs[@]} programs show a drawn page"
LD_PRELOAD=$module IRGAN_EXPLORE=2 search quest "$words" >found 2>errors
expect quest "a bad share that explores" quest.original 1

echo "== the log and a site's clicks are read together"
# of FILE KEYS...: the number under these keys in a file of JSON
of() {
  /usr/bin/python3 -c 'import json, sys
value = json.load(open(sys.argv[1]))
for key in sys.argv[2:]:
    value = value[int(key)] if isinstance(value, list) else value[key]
print(value)' "$@"
}
for form in own ubi; do
  visits=$(LD_PRELOAD=$module IRGAN_EXPLORE=0.5 IRGAN_LOG=visits.$form IRGAN_LOG_FORM=$form \
    "$here/preload_visitors.py" $form clicks.$form 2>errors) ||
    fail "$form: the visitors: $(cat errors)"
  logs=(--clicks visits.$form --clicks clicks.$form)
  "$irgan" check "${logs[@]}" --db db --json >check.json 2>check.err || fail "$form: check: $(cat check.err)"
  read -r searches clicks <<<"$visits"
  [ "$(of check.json showings) $(of check.json clicks)" = "${searches}0.0 $clicks.0" ] ||
    fail "$form: of $searches pages of 10 and $clicks clicks check sees $(of check.json showings)," \
      "$(of check.json clicks): $(cat check.err)"
  [ $form = ubi ] || grep -q "searches: $((clicks / 2)) by page id, $((clicks - clicks / 2)) by words" check.err ||
    fail "$form: $(cat check.err)"
  ! grep -q 'belong to no search' check.err || fail "$form: $(cat check.err)"
  "$irgan" evaluate "${logs[@]}" --db db --model model --json >evaluate.json 2>errors ||
    fail "$form: evaluate: $(cat errors)"
  [ "$(of evaluate.json drawn_pages)" -gt 20 ] || fail "$form: drawn pages: $(cat evaluate.json)"
  "$irgan" train "${logs[@]}" --db db --model visited.model --epochs 1 >log 2>&1 || fail "$form: train: $(cat log)"
  "$irgan" memory "${logs[@]}" --out visited.$form.memory >log 2>&1 || fail "$form: memory: $(cat log)"
done
echo "== a model that is only watched"
version() { "$irgan" inspect "$1" | grep -oE '[0-9a-f]{32}' | head -n 1; }
"$irgan" train --force --db db --queries queries --qrels qrels --model shadow.model --epochs 1 --seed 7 >log 2>&1 ||
  fail "a second model: $(cat log)"
for form in own ubi; do
  LD_PRELOAD=$module IRGAN_SHADOW=shadow.model IRGAN_METRICS=watched.$form.prom IRGAN_LOG=watched.$form \
    IRGAN_LOG_FORM=$form \
    "$here/preload_visitors.py" $form watched.clicks.$form >log 2>errors || fail "$form: the visitors: $(cat errors)"
  "$irgan" evaluate --clicks watched.$form --clicks watched.clicks.$form --json >evaluate.json 2>errors ||
    fail "$form: evaluate: $(cat errors)"
  [ "$(of evaluate.json rankings 1 name)" = "shadow $(version shadow.model | cut -c1-12)" ] ||
    fail "$form: $(cat evaluate.json)"
done
"$irgan" rerank --db db --model shadow.model --queries queries --out run >log || fail "rerank by the shadow"
LD_PRELOAD=$module IRGAN_SHADOW=shadow.model IRGAN_LOG=searches.log search quest "$words" >found 2>errors
expect quest "with a shadow" quest.expected 0
printf 'qid\tquery\n' >logged && logged '"q1\t" + line["query"]' >>logged
"$irgan" rerank --db db --model shadow.model --queries logged --out run >log || fail "rerank by the shadow"
[ "$(logged '" ".join(line["shadow"]["ids"][:20])')" = "$(head -n 20 run | awk '{ print $3 }' | paste -sd ' ')" ] ||
  fail "the shadow's order: $(tail -n 1 searches.log)"
LD_PRELOAD=$module IRGAN_SHADOW=queries IRGAN_LOG=searches.log search quest "$words" >found 2>errors
expect quest "with a broken shadow" quest.expected 1
[ "$(logged 'line["shadow"]')" = None ] || fail "a broken shadow is logged"

LD_PRELOAD=$module IRGAN_LOG=none.log IRGAN_LOG_FORM=xml search quest "$words" >found 2>errors
expect quest "a form of log that there is not" quest.expected 1
[ ! -e none.log ] || fail "a log of an unknown form was written"

echo "== figures for Prometheus, of programs that live for one search"
for program in "${programs[@]}" "${programs[@]}"; do
  LD_PRELOAD=$module IRGAN_METRICS=site.prom IRGAN_LOG=searches.log search "$program" "$words" >found 2>errors
  expect "$program" "with metrics" "$program.expected" 0
done
grep -qx 'irgan_searches_total 1' site.prom || fail "the first search does not write: $(cat site.prom)"
sleep 11
LD_PRELOAD=$module IRGAN_METRICS=site.prom IRGAN_TIME_LIMIT=0.000001 search quest "$words" >found 2>errors
expect quest "with metrics, no time" quest.original 1
for line in 'irgan_searches_total 9' 'irgan_reranked_total 8' 'irgan_fallbacks_total{reason="time_limit"} 1' \
  'irgan_log_lines_total 8' 'irgan_rerank_seconds_count 8'; do
  grep -qxF "$line" site.prom || fail "no '$line' in: $(cat site.prom)"
done
LD_PRELOAD=$module IRGAN_METRICS=/nowhere/site.prom search quest "$words" >found 2>errors
expect quest "metrics that cannot be written" quest.expected 1

echo "== what is not sorted by relevance is left alone"
sorted() {
  OMEGA_CONFIG_FILE=omega.conf QUERY_STRING="DB=db&FMT=ids&HITSPERPAGE=20&P=word3&SORT=0" REQUEST_METHOD=GET \
    /usr/lib/cgi-bin/omega/omega | grep -xE '[0-9]+'
}
sorted >omega.sorted
LD_PRELOAD=$module IRGAN_MODEL=model sorted >found 2>errors
expect omega "sorted by value" omega.sorted 0

echo "== pages are slices of one list"
page() {
  OMEGA_CONFIG_FILE=omega.conf QUERY_STRING="DB=db&FMT=ids&HITSPERPAGE=4&TOPDOC=$1&P=word3+word14" \
    REQUEST_METHOD=GET /usr/lib/cgi-bin/omega/omega | grep -xE '[0-9]+'
}
for first in 0 4 8 12 16; do LD_PRELOAD=$module page $first; done >found 2>errors
expect omega "pages of four" omega.expected 0
LD_PRELOAD=$module IRGAN_EXPLORE=1 search omega "$words" >whole
for first in 0 4 8 12 16; do LD_PRELOAD=$module IRGAN_EXPLORE=1 page $first; done >found 2>errors
[ "$(date -u +%H:%M)" = 00:00 ] || expect omega "drawn pages of four" whole 0

echo "== the program forks beside its threads, and lives on where a write sends a signal"
guest() { LD_PRELOAD=$module /usr/bin/python3 "$here/preload_guest.py" "$@" || echo "ended with $?"; }
found=$(IRGAN_LOG=forked.log guest fork 60 2>errors)
[ "$found" = "60 60" ] || { cat errors >&2; fail "of the forks went well: $found"; }
mkfifo pipe.log
for trouble in pipe size; do
  found=$(IRGAN_LOG=$trouble.log guest $trouble 2>errors)
  [ "$found" = "20 20" ] || fail "$trouble: of the searches went well: $found"
  grep -q '^xapian-irgan: a search was not logged' errors || fail "$trouble: told otherwise: $(cat errors)"
done
found=$(IRGAN_LOG=/no/folder/for/it guest stderr)
[ "$found" = "20 20" ] || fail "stderr: of the searches went well: $found"

echo "== a broken model in the index"
put irgan.model truncated
touch empty
for version in kept removed; do
  [ $version = kept ] || put irgan.model.version empty
  for program in "${programs[@]}"; do
    LD_PRELOAD=$module IRGAN_LOG=searches.log search "$program" "$words" >found 2>errors
    expect "$program" "a broken model" "$program.original" 1
    [ "$(logged 'line["model"]')" = None ] || fail "$program: the log names a model"
  done
done
echo "passed in $SECONDS s"
