#!/usr/bin/env bash
# Runs xapian-irgan with closed standard streams: no message may end up in a file that it writes.
# Use: tests/index_tools/closed_streams.sh XAPIAN-IRGAN
set -euo pipefail
irgan=$(realpath "${1:?name the program}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

for id in 1 2 3; do printf '{"id": "%d", "title": "word w%d"}\n' $id $id; done >docs
"$irgan" index --db db --field title=S docs >log
printf 'q1\tword\n' >queries
printf 'q1 0 1 1\nq1 0 2 2\n' >qrels
features=("$irgan" features --db db --queries queries --qrels qrels)
"${features[@]}" --out rows >log 2>&1
"${features[@]}" --out rows.err 2>&- >log || fail "a closed standard error is no error"
cmp rows rows.err
"${features[@]}" --out rows.in <&- >log 2>&1
cmp rows rows.in
# A message that could not be printed is an error, as with any program.
"${features[@]}" --out rows.all <&- >&- 2>&- || true
cmp rows rows.all
"${features[@]}" --out rows.gz >&- 2>&- || true
cmp rows <(gzip -d <rows.gz)
if "${features[@]}" --out - >&- 2>log; then fail "rows for a closed standard output"; fi
if "$irgan" index --db other --field title=S - <&- >log 2>&1; then fail "documents from a closed standard input"; fi
if "$irgan" --help >/dev/full 2>log; then fail "help for a full disk"; fi
grep -q "^xapian-irgan --help: the output cannot be written" log
if "$irgan" search --db db --help >/dev/full 2>log; then fail "the help of a command for a full disk"; fi
echo "rows are whole whatever stream is closed"
