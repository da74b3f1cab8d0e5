#!/usr/bin/env bash
# A site made of stock parts, as index_tools/omega/README.md tells it: scriptindex, Omega's CGI with the templates of
# index_tools/omega, people who follow the links of its pages, training on what it logged, and the same Omega in the new
# order.
# Use: tests/omega.sh XAPIAN-IRGAN PRELOAD-MODULE
set -euo pipefail
irgan=$(realpath "${1:?name the program}")
module=$(realpath "${2:?name the preload module}")
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
unset IRGAN_SHADOW IRGAN_METRICS IRGAN_LOG_FORM IRGAN_MODEL IRGAN_SHARE IRGAN_EXPLORE IRGAN_LOG LD_PRELOAD UNIQUE_ID
export IRGAN_TIME_LIMIT=0 # a machine that is busy must not change the order

fail() {
  echo "FAILED: $*" >&2
  exit 1
}
visitors() { python3 "$here/omega_visitors.py" "$@"; }

# The document /docs/N.html has N votes.
cat >site.script <<'SCRIPT'
id : unique=Q boolean=Q
url : field=url
title : field=title index=S index
body : index field=sample
votes : valuenumeric=3
SCRIPT
awk 'BEGIN {
  srand(3)
  for (i = 1; i <= 400; ++i) {
    body = ""
    for (k = 0; k < 20; ++k) body = body " word" int(30 * rand())
    printf "id=doc%d\nurl=/docs/%d.html\ntitle=word%d word%d\nbody=%s\nvotes=%d\n\n", i, i, i % 30, i % 7, body, i
  }
}' >site.dump
n=0
for url in 'javascript:alert(1)' 'JavaScript:/x' 'java&#9;script:alert(1)' 'http://example.org/a:b' 'page?a=b:c'; do
  printf 'id=url%s\nurl=%s\ntitle=strange\n\n' "$((n += 1))" "$url"
done | sed 's/&#9;/\t/' >>site.dump
for q in $(seq 0 29); do
  for r in 0 1; do echo "word$q word$(((q * 7 + r) % 30))"; done
done >queries
scriptindex db site.script site.dump >log
printf 'database_dir %s\ntemplate_dir %s\nlog_dir %s\ncdb_dir %s\n' "$PWD" "$here/../index_tools/omega" "$PWD" \
  "$PWD" >omega.conf

echo "== people search and click"
clicks=$(visitors visit 600)
[ "$clicks" -gt 300 ] || fail "only $clicks clicks"
[ "$(wc -l <clicks.log)" = "$clicks" ] || fail "$clicks clicks, but $(wc -l <clicks.log) lines of clicks.log"
python3 - <<'CHECK' || exit 1
import csv
pages = {}
for page, query, docids, offset, time, *ids in csv.reader(open("search.log")):
    assert page not in pages, "two pages are " + page
    assert len(docids.split(",")) == len(ids) and int(offset) % 10 == 0 and time.startswith("time=")
    pages[page] = dict(zip(docids.split(","), ids))
for page, docid, time, name in csv.reader(open("clicks.log")):
    assert pages[page][docid] == name == "id=doc" + docid, (page, docid, name)
CHECK
visitors page "word1 word7" >original

echo "== what no page offers"
mkdir kept && cp ./*.log kept
visitors hostile
echo "what visitors typed costs their own lines alone"
sort -u queries.log >typed.tsv
mv kept/*.log .
sort -u queries.log typed.tsv >queries.tsv
"$irgan" check --db db --value votes=3 --queries queries.tsv --clicks search.log --clicks clicks.log >log 2>&1 || {
  cat log >&2
  fail "check"
}
left_out="2 not UTF-8 (line [0-9]* the first), 1 without a text (line [0-9]*)"
grep -q "^queries.tsv: lines that hold no query were left out: $left_out\$" log || {
  cat log >&2
  fail "no account of queries"
}

echo "== trained on the log and stored, the same Omega answers in the new order"
sort -u queries.log >queries.tsv
"$irgan" train --db db --value votes=3 --queries queries.tsv --clicks search.log --clicks clicks.log --model model \
  --epochs 5 >log 2>&1 || { cat log >&2; fail "train"; }
"$irgan" store --db db --model model >log
printf 'q1\tword1 word7\n' >query
"$irgan" rerank --db db --model model --queries query --out run >log
awk 'NR <= 10 { sub("doc", "", $3); print "/docs/" $3 ".html" }' run >expected
LD_PRELOAD=$module visitors page "word1 word7" >found
cmp -s found expected || { paste found expected >&2; fail "the order is another"; }
if cmp -s found original; then fail "the model changes nothing, so that this tests nothing"; fi
liked() { sed 's/[^0-9]//g' "$1" | awk '$1 > 250 { ++n } END { print n + 0 }'; }
[ "$(liked found)" -gt "$(liked original)" ] ||
  fail "of the first ten people like $(liked found), and $(liked original) before"

echo "== the module's log gives Omega's clicks the pages that were drawn"
mkdir first && mv ./*.log first
clicks=$(LD_PRELOAD=$module IRGAN_EXPLORE=0.5 IRGAN_LOG=searches.jsonl visitors visit 300)
"$irgan" check --db db --value votes=3 --clicks searches.jsonl --clicks search.log --clicks clicks.log >log 2>&1 || {
  cat log >&2
  fail "check"
}
joined=$(sed -n 's/.*clicks joined to searches: 0 by page id, \([0-9]*\) by words, document and time$/\1/p' log)
[ "${joined:-0}" -gt $((clicks * 9 / 10)) ] || {
  cat log >&2
  fail "of $clicks clicks ${joined:-no} belong to a search"
}
"$irgan" evaluate --db db --value votes=3 --model model --clicks searches.jsonl --clicks search.log \
  --clicks clicks.log --json >log 2>errors || {
  cat errors >&2
  fail "evaluate"
}
drawn=$(python3 -c 'import json; print(json.load(open("log"))["drawn_pages"])')
[ "$drawn" -gt 50 ] || { cat log >&2; fail "$drawn drawn pages"; }

echo "== a link leads to its document though the index was made anew since"
link=$(visitors links "word1 word7" | sed -n 1p) # which reads on to the end: who prints must not find the pipe closed
before=$(visitors follow "$link")
awk 'BEGIN { RS = ""; ORS = "\n\n" } { all[NR] = $0 } END { for (i = NR; i > 0; --i) print all[i] }' \
  site.dump >anew.dump
scriptindex --overwrite db site.script anew.dump >log
[ "$(visitors follow "$link")" = "$before" ] || fail "$link led to $before and leads to $(visitors follow "$link")"
[ "$(visitors follow "${link%&B=*}")" != "$before" ] || fail "docids are as before, so that this tests nothing"
echo "passed in $SECONDS s"
