#!/usr/bin/env bash
# Runs the examples of other languages on a made site: with the module they find the model's order, without it Xapian's.
# Use: tests/plugin/examples.sh XAPIAN-IRGAN PRELOAD-MODULE    exit status 77: none of the languages is installed
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
examples=$here/../plugin/examples
irgan=$(realpath "$1")
module=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() {
  echo "FAILED: $*" >&2
  exit 1
}
"$here/made_site.sh" "$irgan"
"$irgan" store --db db --model model >/dev/null
words="word3 word21"
export IRGAN_TIME_LIMIT=0
tried=0

has() { "$@" >/dev/null 2>&1; }
compare() {
  "$@" db "$words" >own
  "$@" db "$words" "$module" >reranked
  [ "$(wc -l <own)" -eq 20 ] || fail "$*: 20 hits are wanted"
  ! cmp -s own reranked || fail "$*: the module changes nothing"
  if [ -e expected ]; then
    cmp expected reranked || fail "$*: not the order of other languages"
  else
    cp reranked expected
  fi
  tried=$((tried + 1))
}
if has perl -MSearch::Xapian -e 1; then
  compare perl "$examples/search.pl"
else
  echo "left out: libsearch-xapian-perl is not installed"
fi
if has ruby -rxapian -e 1; then
  compare ruby "$examples/search.rb"
else
  echo "left out: ruby-xapian is not installed"
fi
if has php -v; then
  php "$examples/search.php" db "$words" "$irgan" >found
  [ "$(wc -l <found)" -eq 20 ] || fail "search.php: 20 hits are wanted"
  # shellcheck disable=SC2086
  "$irgan" search --db db --top 20 $words |
    awk '{ for (i = 1; i <= NF; ++i) if ($i ~ /\)$/) { print $(i + 1); next } }' | cmp - found ||
    fail "search.php: not the order of the command"
  ! php "$examples/search.php" nowhere "$words" "$irgan" 2>problem ||
    fail "search.php: an index that is not there goes unnoticed"
  [ -s problem ] || fail "search.php: no message"
  tried=$((tried + 1))
else
  echo "left out: php-cli is not installed"
fi
[ "$tried" -gt 0 ] || exit 77
echo "$tried languages find the model's order"
