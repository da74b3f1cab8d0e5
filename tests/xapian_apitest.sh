#!/usr/bin/env bash
# Runs Xapian's own API tests with the preload module in their process, on several backends:
#   - without a model: all must pass;
#   - with the model of another index in IRGAN_MODEL: all must pass, since it fits none of the tests' indexes;
#   - with a model that fits and repeats the first stage's order: all must pass but those that xapian_apitest.expected
#     lists with their reasons.
# Not part of ctest: it fetches Xapian's source (apt-get source) and builds it, once, which takes some minutes.
# Use: tests/xapian_apitest.sh BUILD-FOLDER      of this project, such as build/dev
#      XAPIAN_CORE=FOLDER                        where Xapian's source is built, else BUILD-FOLDER/xapian-core
#      BACKENDS="glass inmemory ..."             which backends, else the four below
set -euo pipefail
build=$(realpath "${1:?name the build folder, such as build/dev}")
here=$(cd "$(dirname "$0")" && pwd)
core=${XAPIAN_CORE:-$build/xapian-core}
module=$build/plugin/libxapian-irgan-preload.so
irgan=$build/index_tools/xapian-irgan
read -ra backends <<<"${BACKENDS:-glass inmemory multi_glass remoteprog_glass}"
unset IRGAN_SHADOW IRGAN_METRICS IRGAN_LOG_FORM IRGAN_MODEL IRGAN_SHARE IRGAN_EXPLORE IRGAN_LOG LD_PRELOAD

# A list of sources of our own: most systems have no deb-src lines.
fetch_source() {
  mkdir -p apt/lists/partial apt/cache/archives/partial
  . /etc/os-release
  echo "deb-src http://deb.debian.org/debian $VERSION_CODENAME main" >sources.list
  local options=(-o Dir::Etc::SourceList="$PWD/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o Dir::State::Lists="$PWD/apt/lists" -o Dir::Cache="$PWD/apt/cache")
  apt-get "${options[@]}" update && apt-get "${options[@]}" source --download-only xapian-core
}

build_apitest() {
  mkdir -p "$core"
  cd "$core"
  ls xapian-core_*.orig.tar.xz >/dev/null 2>&1 || fetch_source
  mkdir -p source made
  tar -xf xapian-core_*.orig.tar.xz -C source --strip-components 1
  cd made
  ../source/configure --quiet --disable-static --disable-documentation CXXFLAGS=-O1 CFLAGS=-O1
  make -j"${JOBS:-1}" >make.log 2>&1
  make -j"${JOBS:-1}" -C tests apitest >>make.log 2>&1
}

[ -x "$core/made/tests/apitest" ] || (build_apitest)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# A model of another index: a title, a body, a number.
(cd "$folder" && "$here/made_site.sh" "$irgan" && mv model foreign.model)
"$build/tests/irgan_repeating_model" "$folder/repeating.model"

# Waits for a process; 124 if it wrote nothing to the file for a minute, and was ended.
wait_for() {  # wait_for PID FILE
  local size before=-1 still=0
  while kill -0 "$1" 2>/dev/null; do
    sleep 1
    size=$(stat -c %s "$2")
    if [ "$size" = "$before" ]; then still=$((still + 1)); else still=0; fi
    before=$size
    if [ "$still" = 60 ]; then
      kill -9 "$1" && wait "$1" 2>/dev/null || true
      return 124
    fi
  done
  wait "$1"
}

# Prints a line a test: its name and how it ended. A test that does not end in a minute is left behind, and those after
# it run on. Timed tests are left out (AUTOMATED_TESTING): a busy machine fails them.
run_tests() {  # run_tests BACKEND MODEL [NAME...]
  local backend=$1 model=$2
  shift 2
  local output=$folder/output line last names=("$@")
  cd "$core/made/tests"
  while :; do
    srcdir=$core/source/tests AUTOMATED_TESTING=1 IRGAN_MODEL=$model IRGAN_TIME_LIMIT=0 LD_PRELOAD=$module \
      ./apitest -b "$backend" "${names[@]}" >"$output" 2>"$output.err" &
    wait_for $! "$output" && ended=0 || ended=$?
    sed 's/\x1b\[[0-9;]*m//g' "$output" | sed -nE 's/^Running test: ([A-Za-z0-9_]+)\.\.\. *(.*)/\1 \2/p'
    [ "$ended" = 124 ] || break
    last=$(sed -nE 's/^Running test: ([A-Za-z0-9_]+)\.\.\..*/\1/p' "$output" | tail -n 1)
    echo "$last does not end"
    while [ "${#names[@]}" -gt 0 ] && [ "${names[0]}" != "$last" ]; do names=("${names[@]:1}"); done
    names=("${names[@]:1}")
    [ "${#names[@]}" -gt 0 ] || break
  done
}

status=0
for backend in "${backends[@]}"; do
  names=()
  for model in "" "$folder/foreign.model" "$folder/repeating.model"; do
    name=$(basename "${model:-no model}")
    run_tests "$backend" "$model" "${names[@]}" >"$folder/results"
    if [ "${#names[@]}" = 0 ]; then mapfile -t names < <(cut -d ' ' -f 1 "$folder/results"); fi
    echo "$backend, $name: $(cut -d ' ' -f 1 "$folder/results" | sort -u | wc -l) tests"
    failed=$(grep -vE ' (ok|SKIPPED.*|XFAIL.*)$' "$folder/results" | grep -vE '^[a-z0-9A-Z_]+ *$' |
      cut -d ' ' -f 1 | sort -u || true)
    allowed=$([ "$name" != repeating.model ] ||
      sed -nE 's/^([A-Za-z0-9_]+) .*/\1/p' "$here/xapian_apitest.expected" | sort -u)
    unexpected=$(comm -23 <(echo "$failed") <(echo "$allowed"))
    [ -z "$failed" ] || echo "    differ:" $failed
    num_run=$(cut -d ' ' -f 1 "$folder/results" | sort -u | wc -l)
    if [ "$num_run" != "$(printf '%s\n' "${names[@]}" | sort -u | wc -l)" ]; then
      echo "FAILED: $backend, $name: not all tests were run"
      status=1
    fi
    if [ -n "$unexpected" ]; then
      echo "FAILED: $backend, $name:" $unexpected
      status=1
    fi
  done
done
exit $status
