#!/usr/bin/env bash
# What run.sh is too short for: each source alone, sanitizers, valgrind on short paths, the fuzzers for seconds.
# Some 40 minutes on two cores.
# Use: tests/all.sh              each step says how long it took; the first that fails ends all
#      tests/all.sh FUNCTION...   one of the functions below alone
set -euo pipefail
cd "$(dirname "$0")/.."

# A sanitizer's last lines are a legend; what it found stands before them.
explain() {
  tail -n 200 build/all.log
  grep -A 12 'ERROR: \|WARNING: ThreadSanitizer\|runtime error: ' build/all.log | head -n 40 || true
}

step() {
  local begin=$SECONDS
  echo "== $1"
  shift
  # In a shell of its own: behind || the commands of a function would go on after one that failed.
  tests/all.sh "$@" >build/all.log 2>&1 || { explain; echo "FAILED: $*"; exit 1; }
  tail -n 3 build/all.log
  echo "-- $((SECONDS - begin)) s"
}

# sanitized PRESET PROGRAM[=TAGS]...    builds programs of tests, and runs them or their tests of these tags at once
sanitized() {
  local preset=$1 program
  shift
  cmake --preset "$preset" -DIRGAN_BUILD_TESTS=ON
  cmake --build --preset "$preset" --target "${@%%=*}"
  local runs=() run failed=0
  for program in "$@"; do
    local tags=${program#*=}
    [ "$tags" != "$program" ] || tags=
    "build/$preset/tests/${program%%=*}" ${tags:+"$tags"} &
    runs+=($!)
  done
  for run in "${runs[@]}"; do wait "$run" || failed=1; done
  return $failed
}

# Where sources of a room are compiled as one, none of them misses a header of ours that it forgot to name. Here each
# is read alone, by clang, after nothing but headers of others, which take most of the time.
each_source_alone() {
  mkdir -p build/alone
  local flags=(-std=c++17 -Wall -Wextra -Werror -DEIGEN_MAX_ALIGN_BYTES=64 -DIRGAN_VERSION='""' -I.
    -Iplugin/include -Itrainer/include -isystem /usr/include/eigen3)
  local read_before=(-fpch-instantiate-templates -include-pch build/alone/of_others.pch)
  printf '#include <%s>\n' Eigen/Dense xapian.h nlohmann/json.hpp >build/alone/of_others.h
  clang++-14 "${flags[@]}" -fpch-instantiate-templates -x c++-header build/alone/of_others.h \
    -o build/alone/of_others.pch
  find plugin trainer index_tools -name '*.cc' -print0 |
    xargs -0 -P "$(nproc)" -n 1 clang++-14 -fsyntax-only "${flags[@]}" "${read_before[@]}"
}

with_valgrind() {
  cmake --preset whole -DIRGAN_BUILD_TESTS=ON
  cmake --build --preset whole --target irgan_old_files_tests irgan_plugin_tests
  valgrind --quiet --error-exitcode=9 --leak-check=no build/whole/tests/irgan_old_files_tests
  valgrind --quiet --error-exitcode=9 --leak-check=no build/whole/tests/irgan_plugin_tests \
    "[printable],[utc_text],[safetensors]~[slow]" -x 1
}

fuzzers() { tests/fuzz/fuzz.sh 10; }

if [ $# -gt 0 ]; then
  "$@"
  exit
fi
index_tools/install_dependencies.sh clang-14 libclang-rt-14-dev valgrind catch2 clang-format xapian-tools \
  xapian-examples
mkdir -p build
step "each source alone" each_source_alone
# The programs that take bytes, threads or files of others; all of them is a matter of hours on a small machine.
# Forks beside busy threads are left out: the sanitizers' own locks may be held in the child, for ever.
step "address and undefined-behaviour sanitizers" \
  sanitized asan "irgan_plugin_tests=~[fork]" "irgan_trainer_tests=~[slow]" irgan_attack_tests irgan_old_files_tests
step "thread sanitizer" sanitized tsan "irgan_plugin_tests=[threads]~[fork],[model_source],[followed]" \
  "irgan_trainer_tests=[thread_pool]~[slow],[text_input]~[slow],[training]~[slow],[mining]~[slow]"
step "valgrind" with_valgrind
step "fuzzers" fuzzers
echo "all passed in $SECONDS s"
