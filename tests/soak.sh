#!/usr/bin/env bash
# What takes hours, by hand: every call of every command fails in turn, searches beside reloads and forks under the
# thread sanitizer, ten minutes of each fuzzer. Figures are printed at the end.
# Use: tests/soak.sh [MINUTES-OF-EACH-FUZZER]
set -uo pipefail
cd "$(dirname "$0")/.."
minutes=${1:-10}
mkdir -p build
figures=build/soak.figures
: >"$figures"
status=0

note() { tee -a "$figures"; }

# build PRESET TARGET...
build() {
  cmake --preset "$1" -DIRGAN_BUILD_TESTS=ON >/dev/null && cmake --build --preset "$1" --target "${@:2}" >/dev/null ||
    exit 1
}

build dev xapian-irgan irgan_nth_call irgan_plugin_tests irgan_index_tools_tests
tests/faults/every_call.py build/dev/index_tools/xapian-irgan build/dev/tests/libirgan_nth_call.so | note || status=1
tests/faults/two_at_once.py build/dev/index_tools/xapian-irgan build/dev/tests/libirgan_nth_call.so | note || status=1
IRGAN_TEST_FORKS=3000 build/dev/tests/irgan_plugin_tests "[threads][fork]" | tail -n 3 | note || status=1
(cd build/dev/tests && IRGAN_TEST_CASES=3000 ./irgan_index_tools_tests "[random]") | tail -n 3 | note || status=1

build tsan irgan_plugin_tests
IRGAN_TEST_SEARCHES=100000 IRGAN_TEST_REPLACEMENTS=3000 build/tsan/tests/irgan_plugin_tests "[threads]~[fork]" -s |
  grep -E "searches [0-9]|assertions|WARNING: ThreadSanitizer|test cases" | sort | uniq -c | note || status=1

FUZZ_SEED=$RANDOM tests/fuzz/fuzz.sh $((60 * minutes)) | note || status=1

echo "== figures, after $((SECONDS / 60)) minutes"
cat "$figures"
exit $status
