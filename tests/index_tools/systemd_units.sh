#!/usr/bin/env bash
# The nightly service and its timer are what systemd takes, without a word of complaint.
# Use: tests/index_tools/systemd_units.sh XAPIAN-IRGAN; exit status 77: there is no systemd-analyze
set -euo pipefail
irgan=$(realpath "${1:?name the program}")
here=$(cd "$(dirname "$0")/../../index_tools/systemd" && pwd)
command -v systemd-analyze >/dev/null || exit 77
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sed "s#@CMAKE_INSTALL_FULL_BINDIR@/xapian-irgan#$irgan#" \
  "$here/xapian-irgan-nightly@.service" >"$folder/xapian-irgan-nightly@.service"
cp "$here/xapian-irgan-nightly@.timer" "$folder"
for unit in xapian-irgan-nightly@shop.service xapian-irgan-nightly@shop.timer; do
  cp "$folder/${unit/shop/}" "$folder/$unit"
  complaints=$(SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no "$folder/$unit" 2>&1 |
    grep -F xapian-irgan || true)
  [ -z "$complaints" ] || { echo "$complaints" >&2; exit 1; }
done
systemd-analyze calendar "$(sed -n 's/^OnCalendar=//p' "$here/xapian-irgan-nightly@.timer")" >/dev/null
grep -q "nightly --site" "$folder/xapian-irgan-nightly@.service"
# All of the help is read: a pipe that grep -q closes early would be a fault now and then.
"$irgan" nightly --help | grep -- "--site" >/dev/null
echo "systemd takes both units"
