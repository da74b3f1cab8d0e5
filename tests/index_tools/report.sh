#!/usr/bin/env bash
# Opens a report in headless Chromium: every chart is drawn, no script fails, hostile titles do nothing.
# Use: report.sh XAPIAN-IRGAN
# Skipped (77) without Chromium or libjs-chart.js.
set -euo pipefail
program=$(realpath "$1")
chart=/usr/share/javascript/chart.js/chart.min.js
command -v chromium >/dev/null && [ -s $chart ] || {
  echo "chromium or libjs-chart.js is not installed: skipped"
  exit 77
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >documents.py <<'END'
import json, random
random.seed(1)
words = ["amber", "birch", "copper", "delta", "ember", "flint", "garnet", "hazel"]
with open("documents.jsonl", "w") as out:
    for i in range(80):
        title = " ".join(random.sample(words, 2)) + " </script><script>document.title='hacked'</script>"
        title += "<img src=x onerror=\"document.title='hacked'\">"
        body = " ".join(random.choices(words, k=9))
        print(json.dumps({"id": f"d{i}", "title": title, "body": body, "votes": i * 7 % 80}), file=out)
with open("queries", "w") as out, open("qrels", "w") as judged:
    for q in range(24):
        print(f"q{q}\t{words[q % 8]} {words[(q * 3 + 1) % 8]}", file=out)
        for i in range(80):
            print(f"q{q} 0 d{i} {1 if i * 7 % 80 > 60 else 0}", file=judged)
END
python3 documents.py
{
  "$program" index --db db --field title=S --field body= --value votes=0 documents.jsonl
  "$program" simulate --db db --queries queries --qrels qrels --sessions 400 --out clicks
  "$program" train --force --db db --queries queries --clicks clicks --epochs 3 --model model
  "$program" train --force --db db --queries queries --clicks clicks --epochs 2 --from model --model next.model
  "$program" report --db db --model next.model --before model --queries queries --qrels qrels --clicks clicks \
    --out report.html
} >log 2>&1 || { cat log; exit 1; }
for scheme in light dark; do
  flags=()
  [ $scheme = dark ] && flags=(--blink-settings=preferredColorScheme=0)
  timeout 120 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$folder/profile" \
    --enable-logging=stderr --v=0 --virtual-time-budget=5000 "${flags[@]}" \
    --dump-dom "file://$folder/report.html" >dom 2>console || {
    tail -5 console
    exit 1
  }
  grep -E 'CONSOLE|Uncaught' console && { echo "a script failed ($scheme)"; exit 1; }
  drawn=$(grep -o 'data-charts="[^"]*"' dom | head -n 1)
  wanted=$(grep -o '<canvas' report.html | wc -l)
  [ "$drawn" = "data-charts=\"$wanted of $wanted\"" ] || { echo "charts drawn: '$drawn', wanted $wanted"; exit 1; }
  grep -q '<title>Is the new order better?</title>' dom || { echo "a title of a document ran"; exit 1; }
done
[ "$wanted" -ge 7 ]
echo "$drawn"
