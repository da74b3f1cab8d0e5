#!/usr/bin/env bash
# Pastes what 'xapian-irgan distill' prints into Python, Perl and Omega: all must run, and find the same as each other.
# Use: tests/distill.sh XAPIAN-IRGAN
set -euo pipefail
irgan=$(realpath "${1:?name the program}")
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
unset LD_PRELOAD IRGAN_MODEL

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# block TITLE: the indented lines of the recipe that follow the line that begins with TITLE
block() {
  awk -v title="$1" 'index($0, title) == 1 { found = 1; next }
                     found && /^    / { print substr($0, 5); seen = 1; next }
                     found && seen { exit }' recipe
}

"$here/made_site.sh" "$irgan" || fail "the made site"
"$irgan" distill --db db --model model --queries queries --qrels qrels --out recipe >table
cat table

cat >stock.py <<END
import sys, xapian
db = xapian.Database("db")
parser, flags, text = xapian.QueryParser(), 0, sys.argv[1]
parser.set_stemmer(xapian.Stem("english"))
enquire = xapian.Enquire(db)
$(block 'Stock form, Python')
for hit in enquire.get_mset(0, 20): print(hit.docid)
END
cat >stock.pl <<END
use strict;
use warnings;
use Search::Xapian ':all';
my \$db = Search::Xapian::Database->new("db");
my (\$flags, \$text) = (0, \$ARGV[0]);
sub make_parser {
  my \$parser = Search::Xapian::QueryParser->new(\$db);
  \$parser->set_stemmer(Search::Xapian::Stem->new("english"));
  \$parser->set_stemming_strategy(STEM_SOME);
  return \$parser;
}
my \$enquire = Search::Xapian::Enquire->new(\$db);
$(block 'Stock form, Perl')
print \$_->get_docid(), "\n" for \$enquire->get_mset(0, 20)->items();
END
cat >omega.py <<END
import re, sys, xapian
numbers = re.search(r"bm25 ([^}]*)}", open("recipe").read()).group(1)
parser = xapian.QueryParser()
parser.set_stemmer(xapian.Stem("english"))
enquire = xapian.Enquire(xapian.Database("db"))
enquire.set_query(parser.parse_query(sys.argv[1], 0))
enquire.set_weighting_scheme(xapian.BM25Weight(*map(float, numbers.split())))
for hit in enquire.get_mset(0, 20): print(hit.docid)
END
mkdir templates
{ block 'Omega form'; printf '%s' '$set{stemmer,english}$hitlist{$id
}'; } >templates/ids
printf 'database_dir %s\ntemplate_dir %s\nlog_dir %s\ncdb_dir %s\n' "$PWD" "$PWD/templates" "$PWD" "$PWD" >omega.conf
omega() {
  OMEGA_CONFIG_FILE=omega.conf REQUEST_METHOD=GET QUERY_STRING="DB=db&FMT=ids&HITSPERPAGE=20&DEFAULTOP=or&P=${1// /+}" \
    /usr/lib/cgi-bin/omega/omega | grep -xE '[0-9]+'
}

grep -q 'BM25Weight' stock.py && grep -q 'BM25Weight' stock.pl && grep -q 'bm25' templates/ids ||
  fail "the recipe lacks a language"
while IFS=$'\t' read -r id words; do
  /usr/bin/python3 stock.py "$words" >python
  perl stock.pl "$words" >perl || fail "the recipe in Perl"
  [ "$(wc -l <python)" = 20 ] || fail "$id: Python finds $(wc -l <python)"
  cmp -s python perl || { paste python perl >&2; fail "$id: Perl finds in another order than Python"; }
  /usr/bin/python3 omega.py "$words" >expected
  omega "$words" >found
  cmp -s expected found || {
    paste expected found >&2
    fail "$id: Omega finds in another order than its weighting scheme"
  }
done < <(head -n 8 queries)
echo "passed"
