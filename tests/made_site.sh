#!/usr/bin/env bash
# Makes a site in the present folder: db, an index whose documents' ids are their docids; model, which ranks it as its
# people like it: what is popular, which BM25 cannot know; queries and qrels. Use: made_site.sh XAPIAN-IRGAN
set -euo pipefail
irgan=$1
awk 'BEGIN {
  srand(3)
  for (i = 1; i <= 400; ++i) {
    body = ""
    for (k = 0; k < 20; ++k) body = body " word" int(30 * rand())
    printf "{\"id\": \"%d\", \"title\": \"word%d word%d\", \"body\": \"%s\", \"votes\": %d}\n", \
      i, i % 30, i % 7, body, (i * 37) % 400
  }
}' >documents.jsonl
for q in $(seq 0 29); do printf 'q%d\tword%d word%d\n' "$q" "$q" $((q * 7 % 30)); done >queries
for q in $(seq 0 29); do for i in $(seq 1 400); do echo "q$q 0 $i $(((i * 37) % 400 / 150))"; done; done >qrels
{
  "$irgan" index --db db --field title=S --field body= --value votes=0 documents.jsonl &&
    "$irgan" train --force --db db --queries queries --qrels qrels --model model --epochs 3
} >made_site.log 2>&1 || { cat made_site.log >&2; exit 1; }
