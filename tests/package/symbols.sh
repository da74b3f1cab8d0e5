#!/usr/bin/env bash
# Compares what the libraries show with what they are meant to show.
# Use: symbols.sh LIBXAPIAN-IRGAN.SO TRAINER.SO [--write]
# --write takes what the first shows for right: look at the difference.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
shown() {
  nm -D --defined-only "$1" | awk '$2 ~ /[TDBR]/ { sub(/@.*/, "", $3); print $3 }' | c++filt | LC_ALL=C sort -u
}
strangers=$(nm -D --defined-only "$1" "$2" | awk 'NF == 3 && $2 != "A" { sub(/@.*/, "", $3); print $3 }' | c++filt |
  grep -vE '(^|for |to )irgan(::|_)|irgan::' || true)
[ -z "$strangers" ] || { printf 'shown, and not ours:\n%s\n' "$strangers" >&2; exit 1; }
for library in "$1" "$2"; do
  readelf -d "$library" | grep -q 'SONAME.*\.so\.0\]' || {
    echo "$library: the soname does not end in .so.0" >&2
    exit 1
  }
done
if [ "${3:-}" = --write ]; then shown "$1" >"$here/symbols.txt"; fi
if ! shown "$1" | diff "$here/symbols.txt" -; then
  echo "libxapian-irgan shows other symbols than tests/package/symbols.txt lists: where one is gone, the soname must" \
    "change; 'symbols.sh ... --write' lists them anew" >&2
  exit 1
fi
