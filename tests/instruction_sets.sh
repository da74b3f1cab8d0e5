#!/usr/bin/env bash
# The release build's libraries for x86-64, -v3 and -v4 on the same bytes:
#   scores     within 1e-5 of the definition in doubles (scalar_reference_test.cc), and of each other
#   rows       the same bytes, of an index with everything that features read; and so are memories
#   trained    a model of each ranks held-out rows as well as the others' (orders differ where scores are all but equal)
# Use: tests/instruction_sets.sh [BUILD]     build/release, built here if it is not there
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build/release}
if [ ! -x "$build/tests/irgan_plugin_tests" ]; then
  cmake --preset release -B "$build" -DIRGAN_BUILD_TESTS=ON
  cmake --build "$build" --target xapian-irgan irgan_plugin_tests
fi
build=$(realpath "$build")
irgan=$build/index_tools/xapian-irgan
made_site=$PWD/tests/made_site.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# Runs a command with the libraries of one instruction set, whatever this processor could do.
with() { LD_LIBRARY_PATH=$folder/$1 "${@:2}"; }

# Links to the libraries of one instruction set alone: beside glibc-hwcaps the loader would take the best there is.
link_libraries() {
  local part from
  mkdir "$1"
  for part in plugin trainer; do
    from=$build/$part
    [ "$1" = x86-64 ] || from+=/glibc-hwcaps/$1
    ln -s "$from"/*.so.0 "$1/"
  done
}

sets=(x86-64)
for set in x86-64-v3 x86-64-v4; do
  # Those that the build has and this processor can do.
  [ -d "$build/plugin/glibc-hwcaps/$set" ] || continue
  if /lib64/ld-linux-x86-64.so.2 --help | grep -q "$set (supported"; then sets+=("$set"); fi
done
[ ${#sets[@]} -gt 1 ] || fail "this build or this processor has x86-64 alone"
"$made_site" "$irgan"
awk 'BEGIN { srand(5); print "session\tquery_id\tdoc_id\trank\tclicked"
  for (s = 0; s < 600; ++s)
    for (r = 1; r <= 10; ++r) printf "s%d\tq%d\t%d\t%d\t%d\n", s, s % 30, 1 + int(400 * rand()), r, rand() < .3
}' >clicks
for set in "${sets[@]}"; do
  link_libraries "$set"
  echo "== $set: $(with "$set" ldd "$irgan" | awk '$1 == "libxapian-irgan.so.0" { print $3 }')"
  with "$set" "$build/tests/irgan_plugin_tests" "[scalar],[encoding],[model],[features]" | tail -n 2
  with "$set" "$irgan" features --db db --queries queries --qrels qrels --features all --threads 2 \
    --out rows.$set >log 2>&1 || fail "$(cat log)"
  with "$set" "$irgan" memory --db db --queries queries --clicks clicks --out memory.$set >log 2>&1 || fail "$(cat log)"
  with "$set" "$irgan" train --force --data rows.x86-64 --epochs 3 --model model.$set >log 2>&1 || fail "$(cat log)"
  with "$set" "$irgan" score --model model.x86-64 --data rows.x86-64 --out run.$set >log 2>&1 || fail "$(cat log)"
  with "$set" "$irgan" score --model model.$set --data rows.x86-64 --out own.$set >log 2>&1 || fail "$(cat log)"
  cmp rows.x86-64 rows.$set || fail "rows of $set"
  cmp memory.x86-64 memory.$set || fail "the memory of $set"
  # The same documents in nearly the same order, each with nearly the same score.
  paste <(sort -k1,1 -k3,3 run.x86-64) <(sort -k1,1 -k3,3 run.$set) | awk -v set="$set" '
    $1 != $7 || $3 != $9 { print "other documents in " set; exit 1 }
    { d = $5 - $11; if (d < 0) d = -d; if (d > worst) worst = d; ++n }
    END { if (n < 1000 || worst > 1e-5) { print n " scores of " set ", the worst off by " worst; exit 1 }
          print n " scores, off by " worst " at most" }' || fail "scores of $set"
  with "$set" "$irgan" evaluate --qrels qrels own.$set own.x86-64 | tail -n 4
done
