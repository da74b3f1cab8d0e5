#!/usr/bin/env bash
# Builds the fuzzing targets of fuzz.cc (preset asan) and runs each.
# Use: tests/fuzz/fuzz.sh [SECONDS [TARGET...]]     10 seconds each, all targets; prints inputs tried and edges covered
# FUZZ_SEED: of the mutations, 1 if not set. What is found stays in build/fuzz/found. A corpus that has grown stays
# in build/fuzz/corpus.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-10}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] ||
  targets=(model memory vectors carry checkpoint rows mapped_rows clicks queries query judgments run layout schema
    record text documents weight)

index_tools/install_dependencies.sh clang-14 libclang-rt-14-dev catch2 >/dev/null
cmake --preset asan -DIRGAN_BUILD_TESTS=ON >/dev/null
cmake --build --preset asan --target irgan_fuzz
fuzzer=$PWD/build/asan/tests/irgan_fuzz

# Seeds: what we write, without the digest, which the target adds; and a few lines of each form.
seeds=$PWD/build/fuzz/seeds
rm -rf "$seeds"
for target in "${targets[@]}"; do mkdir -p "$seeds/$target" "build/fuzz/corpus/$target" "build/fuzz/found"; done
seed() {  # all of it is read, or its writer would end by a broken pipe
  if [ -d "$seeds/$1" ]; then cat >"$seeds/$1/$2"; else cat >/dev/null; fi
}
for version in 1 2 3 4; do head -c -16 tests/old_files/model.$version | seed model $version; done
head -c -16 tests/old_files/memory.1 | seed memory 1
for version in 1 2 3; do head -c -16 tests/old_files/vectors.$version | seed vectors $version; done
head -c -16 tests/old_files/checkpoint.2 | seed checkpoint 2
head -n 20 tests/old_files/rows.1 | seed rows ours
head -c -16 tests/old_files/mapped_rows.1 | seed mapped_rows 1
printf '1 qid:1 1:.5 3:1e3 # docid = a\n0 qid:1 2:-1 #b\n' | seed rows letor
printf 'session\ttime\tquery\tdoc_id\trank\tclicked\ns\t2026-01-01\tred\td1\t1\t1\ns\t2026-01-01\tred\td2\t2\t0\n' |
  seed clicks tsv
printf '{"query":"red","doc_id":"d","rank":1,"clicked":true,"time":"2026-01-01T00:00:00Z"}\n' | seed clicks json
printf 'session\tquery\tdoc_id\trank\tclicked\tdevice\ns\tred\td1\t1\t1\tphone\n' | seed clicks context
printf 'p1,"red, lamp","1,2",0,time=1760000000,id=a,id=b\n' | seed clicks search
printf 'p1,2,time=1760000000,id=b\n' | seed clicks clicks
printf '{"action_name":"click","query_id":"q","timestamp":"2026-01-01T00:00:00Z",'\
'"event_attributes":{"object":{"object_id":"d"}}}\n'\
'{"query_id":"q","user_query":"red","query_response_hit_ids":["d"]}\n' | seed clicks ubi
printf 'qid\ttext\tfilter\tquery\nq1\tred lamp\tXa\t\nq2\t\t\tQg==\n' | seed queries header
printf 'qid\ttext\tcontext.device\nq1\tred lamp\tphone\n' | seed queries context
printf 'q1\tred\nq2\t"a ""b"""\n' | seed queries plain
printf "q1 'red'\nq2,\"a,b\"\n" | seed queries letor
printf '\xa2\x43red\x44lamp' | seed query or
printf 'q1 0 d1 2\nq1 0 d2 0\n' | seed judgments qrels
printf 'q1 Q0 d1 1 3.5 tag\nq1 Q0 d2 2 1.5 tag\n' | seed run run
printf '{"stemmer":"english","id_prefix":"Q","fields":[{"name":"title","prefix":"S",'\
'"length_slot":1000,"text_slot":2000}],"values":[{"name":"v","slot":0}]}' | seed layout layout
printf '{"version":1,"stemmer":"english","fields":[{"name":"t","prefix":"S",'\
'"length_slot":1,"text_slot":null,"average_length":2.5}],'\
'"values":[{"name":"v","slot":0,"transform":"log"}],"features":["a"]}' |
  seed schema schema
printf '{"networks":[{"epochs":[{"network":0,"epoch":0}],"troubles":["x"],'\
'"examination":[1.0]}],"training":{"labels":"grades"}}' | seed record record
printf 'gr\xc3\xbcn \xe2\x82\xac \xf0\x9f\x98\x80\x1b[K' | seed text text
printf '{"id":1,"title":"a","body":["b",null],"votes":3.5}\n{"id":"x","title":"\\ud800"}\n' | seed documents two
printf '1 1 .5 .5 0 0 0 0 0 0' | seed weight weight

# Leaks are not looked for: Xapian loses what it has read of a query when the rest is none.
# 2 GiB at once are asked for where a few bytes say that they were packed by "zstd --long=31"; they are not touched.
status=0
for target in "${targets[@]}"; do
  log=build/fuzz/$target.log
  ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 IRGAN_FUZZ_TARGET=$target "$fuzzer" \
    "build/fuzz/corpus/$target" "$seeds/$target" -max_total_time="$seconds" -seed="${FUZZ_SEED:-1}" \
    -timeout=20 -rss_limit_mb=2500 -malloc_limit_mb=2200 -max_len=65536 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/found/$target-" >"$log" 2>&1 || status=1
  inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  edges=$(grep -o 'cov: [0-9]*' "$log" | tail -1 | cut -d' ' -f2 || true)
  found=$(grep -m1 -o 'SUMMARY: .*\|runtime error: .*' "$log" | sed 's/^/  FOUND: /' || true)
  printf '%-11s %9s inputs, %5s edges covered%s\n' "$target" "$inputs" "$edges" "$found"
done
rm -f /dev/shm/irgan-fuzz-*
exit $status
