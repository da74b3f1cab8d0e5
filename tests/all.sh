#!/usr/bin/env bash
# What run.sh is too short for: sanitizers, clang, valgrind on short paths, the fuzzers for seconds. Under 40 minutes on two cores.
# Use: tests/all.sh          each step says how long it took; the first that fails ends all
set -euo pipefail
cd "$(dirname "$0")/.."
index_tools/install_dependencies.sh clang-14 valgrind catch2 clang-format xapian-tools xapian-examples
mkdir -p build

step() {
  local begin=$SECONDS
  echo "== $1"
  shift
  "$@" >build/all.log 2>&1 || { tail -n 200 build/all.log; echo "FAILED: $*"; exit 1; }
  tail -n 3 build/all.log
  echo "-- $((SECONDS - begin)) s"
}

# The programs of tests that take bytes, threads or files of others; all of them is a matter of hours on a small machine.
sanitized() {
  cmake --preset "$1" -DIRGAN_BUILD_TESTS=ON
  cmake --build --preset "$1" --target irgan_plugin_tests irgan_trainer_tests irgan_attack_tests irgan_old_files_tests
  local tests=build/$1/tests
  "$tests/irgan_plugin_tests" "$2"
  "$tests/irgan_trainer_tests" "$3"
  "$tests/irgan_attack_tests"
  "$tests/irgan_old_files_tests"
}

with_clang() {
  cmake -S . -B build/clang -G Ninja -DCMAKE_CXX_COMPILER=clang++-14 -DCMAKE_BUILD_TYPE=Debug -DIRGAN_BUILD_TESTS=OFF
  cmake --build build/clang
}

with_valgrind() {
  cmake --preset dev -DIRGAN_BUILD_TESTS=ON
  cmake --build --preset dev --target irgan_old_files_tests irgan_plugin_tests
  valgrind --quiet --error-exitcode=9 --leak-check=no build/dev/tests/irgan_old_files_tests
  valgrind --quiet --error-exitcode=9 --leak-check=no build/dev/tests/irgan_plugin_tests "[printable],[utc_text],[safetensors]~[slow]" -x 1
}

step "address and undefined-behaviour sanitizers" sanitized asan "~[fork]" "~[slow]"
step "thread sanitizer" sanitized tsan "[threads],[fork],[model_source],[followed]" "[thread_pool],[text_input],[training],[mining]"
step "clang" with_clang
step "valgrind" with_valgrind
step "fuzzers" tests/fuzz/fuzz.sh 10
echo "all passed in $SECONDS s"
