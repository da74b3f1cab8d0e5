#!/usr/bin/env bash
# A site made of stock parts, as README tells it: scriptindex, Omega's CGI with the templates of index_tools/omega, people who
# follow the links of its pages, training on what it logged, and the same Omega in the new order.
# Use: tests/omega.sh XAPIAN-IRGAN PRELOAD-MODULE
set -euo pipefail
irgan=$(realpath "${1:?name the program}")
module=$(realpath "${2:?name the preload module}")
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
unset IRGAN_MODEL IRGAN_SHARE IRGAN_LOG IRGAN_TIME_LIMIT LD_PRELOAD UNIQUE_ID

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
for q in $(seq 0 29); do
  for r in 0 1; do echo "word$q word$(((q * 7 + r) % 30))"; done
done >queries
scriptindex db site.script site.dump >log
printf 'database_dir %s\ntemplate_dir %s\nlog_dir %s\ncdb_dir %s\n' "$PWD" "$here/../index_tools/omega" "$PWD" "$PWD" >omega.conf

echo "== people search and click"
clicks=$(visitors visit 600)
[ "$clicks" -gt 300 ] || fail "only $clicks clicks"
[ "$(wc -l <clicks.log)" = "$clicks" ] || fail "$clicks clicks, but $(wc -l <clicks.log) lines of clicks.log"
python3 - <<'CHECK' || exit 1
import csv
pages = {}
for page, query, docids, offset, ids in csv.reader(open("search.log")):
    assert page not in pages, "two pages are " + page
    assert len(docids.split(",")) == len(ids.split(",")) and int(offset) % 10 == 0
    pages[page] = dict(zip(docids.split(","), ids.split(",")))
for page, docid, name in csv.reader(open("clicks.log")):
    assert pages[page][docid] == name == "doc" + docid, (page, docid, name)
CHECK
visitors page "word1 word7" >original

echo "== what no page offers"
cp search.log clicks.log queries.log "$(mkdir -p kept && echo kept)"
visitors hostile
mv kept/* .
