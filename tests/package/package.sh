#!/usr/bin/env bash
# Installs the build into a folder of its own and uses it as an application does: C++, training included, by
# find_package and by pkg-config, Python and Perl by the preload module, Python by the C interface. All must find the
# order of 'xapian-irgan rerank'.
# Use: tests/package/package.sh BUILD-FOLDER
set -euo pipefail
build=$(realpath "${1:?name the build folder}")
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
unset IRGAN_SHADOW IRGAN_METRICS IRGAN_LOG_FORM IRGAN_MODEL IRGAN_SHARE IRGAN_LOG LD_PRELOAD LD_LIBRARY_PATH
export IRGAN_TIME_LIMIT=0 # a machine that is busy must not change the order

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

cmake --install "$build" --prefix "$folder/first" >log || { cat log >&2; fail "cmake --install"; }
mv first tree # an installed tree works wherever it stands
prefix=$folder/tree
libraries=$(dirname "$(find "$prefix" -name libxapian-irgan.so)")
irgan=$prefix/bin/xapian-irgan

# Every library finds every symbol in what it links to, those of glibc-hwcaps too.
find "$libraries" -name 'libxapian-irgan*.so*' ! -type l >all
[ "$(wc -l <all)" -ge 2 ] || fail "libraries are missing: $(cat all)"
while read -r library; do
  LD_LIBRARY_PATH=$libraries ldd -r "$library" >missing 2>&1 || { cat missing >&2; fail "$library does not load"; }
  if grep -E "undefined symbol|not found" missing >&2; then fail "$library lacks a symbol or a library"; fi
done <all

"$here/../made_site.sh" "$irgan" || fail "the made site"
"$irgan" store --db db --model model >log
words="word3 word14"

cmake -G Ninja -S "$here" -B by-cmake -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$prefix" >log 2>&1 || {
  cat log >&2
  fail "find_package"
}
cmake --build by-cmake >log 2>&1 || { cat log >&2; fail "the example by CMake"; }
by-cmake/search db "$words" >found.cmake

# A program that trains and mines, against the installed library: its model has the scores of the command's.
"$irgan" simulate --db db --queries queries --qrels qrels --out clicks >log 2>&1 || { cat log >&2; fail "simulate"; }
by-cmake/train db queries clicks trained.model >mined.cmake || fail "the example that trains"
"$irgan" train --force --db db --queries queries --clicks clicks --epochs 3 --model expected.model >log 2>&1 || {
  cat log >&2
  fail "train"
}
for model in trained expected; do
  "$irgan" rerank --db db --model $model.model --queries queries --out $model.run >log
done
cmp trained.run expected.run || fail "the library's model ranks in another way than the command's"
grep -q '^positive ' mined.cmake && [ "$(grep -c '^negative ' mined.cmake)" -eq 5 ] || {
  cat mined.cmake >&2
  fail "the example mines nothing"
}

export PKG_CONFIG_PATH=$libraries/pkgconfig
# shellcheck disable=SC2046
c++ -std=c++17 -O1 "$here/search.cc" $(pkg-config --cflags --libs xapian-irgan) -Wl,-rpath,"$libraries" -o by-pkg-config
./by-pkg-config db "$words" >found.pkg-config
# shellcheck disable=SC2046
c++ -std=c++17 -O1 "$here/train.cc" $(pkg-config --cflags --libs xapian-irgan-trainer) \
  -Wl,-rpath,"$libraries" -o train-by-pkg-config
./train-by-pkg-config db queries clicks trained.model >mined.pkg-config || fail "the example that trains, by pkg-config"
cmp mined.cmake mined.pkg-config

/usr/bin/python3 "$here/search.py" db "$words" "$libraries/libxapian-irgan-preload.so" >found.python
perl "$here/../../plugin/examples/search.pl" db "$words" "$libraries/libxapian-irgan-preload.so" >found.perl
/usr/bin/python3 "$here/rescore.py" db "$words" "$libraries/libxapian-irgan.so" >found.c
modules=$(dirname "$(find "$prefix" -type d -name xapian_irgan)")
PYTHONPATH=$modules /usr/bin/python3 - db "$words" >found.module <<'END' || fail "import xapian_irgan"
import sys, xapian, xapian_irgan
parser = xapian.QueryParser()
parser.set_stemmer(xapian.Stem("english"))
enquire = xapian.Enquire(xapian.Database(sys.argv[1]))
enquire.set_query(parser.parse_query(sys.argv[2]))
print(*[hit.docid for hit in xapian_irgan.Ranker(sys.argv[1]).search(enquire, 0, 20)], sep="\n")
END

# The same query, written down by Python.
/usr/bin/python3 - "$words" >queries.serialised <<'END'
import base64, sys, xapian
parser = xapian.QueryParser()
parser.set_stemmer(xapian.Stem("english"))
print("qid\tquery", "q\t" + base64.b64encode(parser.parse_query(sys.argv[1]).serialise()).decode(), sep="\n")
END
"$irgan" rerank --db db --queries queries.serialised --out run --baseline-out baseline >log
head -n 20 run | awk '{ print $3 }' >expected
head -n 20 baseline | awk '{ print $3 }' >original
if cmp -s expected original; then fail "the model changes nothing, so that this tests nothing"; fi
for kind in cmake pkg-config python perl c module; do
  cmp -s found.$kind expected || { paste found.$kind expected >&2; fail "$kind: the order is another"; }
done
/usr/bin/python3 "$here/search.py" db "$words" | cmp - original
perl "$here/../../plugin/examples/search.pl" db "$words" | cmp - original
echo "passed in $SECONDS s"
