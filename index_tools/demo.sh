#!/usr/bin/env bash
# The main job on real documents: search Debian's packages, learn from clicks, search better.
# Use: index_tools/demo.sh [--clicks LOG] [FOLDER]
#   LOG     a real click log (columns query or query_id, doc_id = package name, and rank, clicked if it has them)
#           instead of the simulated users
#   FOLDER  where everything goes; build/demo if not said
set -euo pipefail
cd "$(dirname "$0")/.."

clicks=
folder=build/demo
while [ $# -gt 0 ]; do
  case $1 in
    --clicks) clicks=$(realpath "${2:?--clicks needs a file}"); shift 2 ;;
    -h|--help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) folder=$1; shift ;;
  esac
done
mkdir -p "$folder"
folder=$(realpath --relative-base=. "$folder")
days=3

# Headings are bold on a terminal, unless NO_COLOR forbids it.
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\033[1m' plain=$'\033[0m'; else bold='' plain=''; fi
say() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
run() { printf '$ %s\n' "$*"; "$@"; }

say "1. Install what the build needs, and build"
index_tools/install_dependencies.sh python3 libjs-chart.js
# For this processor's own instruction set alone; the packages hold those of others, too.
level=$(/lib64/ld-linux-x86-64.so.2 --help 2>/dev/null |
  sed -nE 's/^ *(x86-64-v[34]) \(supported.*/\1/p' | head -n 1 || true)
run cmake --preset here -DCMAKE_CXX_FLAGS="${level:+-march=$level}" >"$folder/build.log" 2>&1 ||
  { tail -20 "$folder/build.log"; exit 1; }
run cmake --build --preset here >>"$folder/build.log" 2>&1 || { tail -40 "$folder/build.log"; exit 1; }
PATH=$PWD/build/here/index_tools:$PATH

say "2. Documents: the catalogue of Debian's packages, from this machine's own apt"
run index_tools/demo_data.py "$folder"
db=$folder/packages.db
if [ ! -d "$db" ] || [ "$folder/packages.jsonl" -nt "$db" ]; then
  run xapian-irgan index --overwrite --db "$db" --field name=S --field summary=XS --field description=XD \
    --value reverse_dependencies=0 --value installed_size=1 "$folder/packages.jsonl"
  run xapian-irgan annotate --db "$db" --pagerank "$folder/links.tsv:pagerank"
fi
# Vectors of all documents: by them IRGAN's generator picks from the whole collection.
vectors=$folder/packages.vectors
if [ ! -f "$vectors" ] || [ "$db/iamglass" -nt "$vectors" ]; then
  run xapian-irgan vectors --db "$db" --out "$vectors"
fi

say "3. Queries: the words of two debtags each; what carries both tags is what the user looks for"
echo "The tags themselves are not in the index. Queries to train on, to choose models by, and to test on are apart."
cat "$folder"/queries.{train,valid}.tsv >"$folder/queries.asked.tsv"
cat "$folder"/qrels.{train,valid}.txt >"$folder/qrels.asked.txt"
train=(--db "$db" --queries "$folder/queries.train.tsv" --valid-queries "$folder/queries.valid.tsv")
bm25=$folder/bm25.run
run xapian-irgan rerank --db "$db" --queries "$folder/queries.test.tsv" --baseline-out "$bm25"

if [ -n "$clicks" ]; then
  say "4. Learn from the click log $clicks"
  days=1
  run xapian-irgan train "${train[@]}" --clicks "$clicks" --vectors "$vectors" --model "$folder/irgan.1.model"
  run xapian-irgan train "${train[@]}" --clicks "$clicks" --sampler uniform --model "$folder/random.1.model"
else
  say "4. Users search, the log grows, IRGAN learns from it, and the users get its order: $days days"
  echo "The clicks are simulated, because no machine ships a click log; with --clicks a real one goes in."
  logs=()
  for day in $(seq $days); do
    say "Day $day"
    log=$folder/clicks.$day.tsv.zst
    order=()
    [ "$day" -gt 1 ] && order=(--model "$folder/irgan.$((day - 1)).model" --vectors "$vectors")
    run xapian-irgan simulate --db "$db" --queries "$folder/queries.asked.tsv" --qrels "$folder/qrels.asked.txt" \
      "${order[@]}" --date "2026-01-0$day" --seed "$day" --out "$log"
    logs+=(--clicks "$log")
    # Beside it, for comparison: Xapian's first 100 alone, and random negatives instead of a generator.
    xapian-irgan train "${train[@]}" "${logs[@]}" --sampler uniform --model "$folder/random.$day.model" \
      >"$folder/random.$day.log" 2>&1 &
    random=$!
    run xapian-irgan train "${train[@]}" "${logs[@]}" --vectors "$vectors" --model "$folder/irgan.$day.model"
    echo "For comparison, from the same clicks: Xapian's first 100 alone, and random negatives instead of a generator:"
    echo "\$ xapian-irgan train ${train[*]} ${logs[*]} --sampler uniform --model $folder/random.$day.model"
    wait "$random" || { cat "$folder/random.$day.log"; exit 1; }
  done
fi

say "5. How good is it, on queries that nobody has asked before?"
runs=("$bm25")
for day in $(seq $days); do
  for kind in random irgan; do
    run xapian-irgan rerank --db "$db" --model "$folder/$kind.$day.model" --vectors "$vectors" \
      --queries "$folder/queries.test.tsv" \
      --out "$folder/$kind.$day.run"
    runs+=("$folder/$kind.$day.run")
  done
done
measures=(--relevance-level 2 --measures ndcg@10 --measures mrr --measures map)
run xapian-irgan evaluate --qrels "$folder/qrels.test.txt" "${measures[@]}" "${runs[@]}"
echo "IRGAN of the last day (compared) against random negatives (first):"
run xapian-irgan evaluate --qrels "$folder/qrels.test.txt" "${measures[@]}" "$folder/random.$days.run" \
  "$folder/irgan.$days.run"

model=$folder/irgan.$days.model
say "6. Before and after: what Xapian did not find"
xapian-irgan evaluate --qrels "$folder/qrels.test.txt" --measures ndcg@10 --per-query "$bm25" \
  "$folder/irgan.$days.run" |
  awk -F'\t' '{ gain[$2] += ($1 ~ /^bm25/) ? -$4 : $4 }
              END { for (q in gain) { if (gain[q] > 0) ++up; if (gain[q] < 0) ++down; ++all }
                    printf "nDCG@10 rose for %d of %d test queries and fell for %d.\n", up, all, down }'
# Documents among the new first ten that are not among Xapian's first 100, and by query how many of them carry both
# tags.
awk 'FILENAME ~ /qrels/ { grade[$1, $3] = $4 } FILENAME ~ /bm25/ { old[$1, $3] }
     FILENAME ~ /irgan/ && $4 <= 10 && !(($1, $3) in old) {
       ++fresh; ++graded[grade[$1, $3] + 0]
       if (grade[$1, $3] >= 2) ++of[$1]
     }
     END { printf "%d %d %d\n", fresh, graded[2], graded[1]
           for (q in of) printf "%s\t%d\n", q, of[q] | "sort -t\"\t\" -k2,2nr -k1,1" }' \
  "$folder/qrels.test.txt" "$bm25" "$folder/irgan.$days.run" >"$folder/found.tsv"
read -r fresh both one <"$folder/found.tsv"
echo "Among the first ten hits of all test queries are $fresh documents that Xapian's first 100 do not hold: they lack"
echo "the query's words, or have them too rarely. The generator picked them; $both carry both tags that the user looks"
echo "for, and $one one of them."
echo "The queries with most of them:"
# Three that have no word in common.
three=$(awk -F'\t' 'NR == FNR { text[$1] = $2; next }
                    FNR > 1 { n = split(text[$1], words, " "); for (i = 1; i <= n; ++i) if (words[i] in seen) next
                              for (i = 1; i <= n; ++i) seen[words[i]]; if (++shown <= 3) print $1 }' \
  "$folder/queries.test.tsv" "$folder/found.tsv")
for id in $three; do
  text=$(awk -F'\t' -v id="$id" '$1 == id { print $2 }' "$folder/queries.test.tsv")
  echo
  # shellcheck disable=SC2086
  run xapian-irgan search --db "$db" --model "$model" --vectors "$vectors" --top 8 --compare --explain $text
done

say "7. The report"
before=()
[ "$days" -gt 1 ] && before=(--before "$folder/irgan.$((days - 1)).model")
log=${clicks:-$folder/clicks.$days.tsv.zst}
run xapian-irgan report --db "$db" --model "$model" --vectors "$vectors" --random "$folder/random.$days.model" \
  "${before[@]}" --clicks "$log" --relevance-level 2 --out "$folder/report.html" \
  --queries "$folder/queries.test.tsv" --qrels "$folder/qrels.test.txt" |
  tee "$folder/report.txt"

say "8. What next"
cat <<END
Open $folder/report.html in a browser: is it better, for which queries, and why.
Search in the new order, or in Xapian's own:
  build/here/index_tools/xapian-irgan search --db $db --model $model --vectors $vectors --explain image editor
  build/here/index_tools/xapian-irgan search --db $db image editor
See what the model learnt, and put it into the index, where live searches find it:
  build/here/index_tools/xapian-irgan inspect $model
  build/here/index_tools/xapian-irgan store --db $db --model $model
Your own index and log: trainer/README.md, "Train from my log".

What was gained: $(tail -n 1 "$folder/report.txt")
END
