#!/usr/bin/env bash
# Checks that the sources compile against another Xapian's headers, such as 2.1's, without building anything.
# Use: tests/xapian2_headers.sh HEADERS [SOURCE...]
#
# HEADERS holds xapian.h. Without sources all are checked but plugin/preload, which stands in the place of symbols of
# 1.4's binary interface: Enquire's constructor with an ErrorHandler, parse_query(const std::string&, ...).
# A release's headers are in its tarball's include/ after ./configure, which writes xapian/version.h.
set -euo pipefail
headers=$(realpath "${1:?name the folder that holds xapian.h}")
shift
cd "$(dirname "$0")/.."
[ -f "$headers/xapian/version.h" ] || {
  echo "$headers/xapian/version.h: missing; run Xapian's ./configure first" >&2
  exit 2
}
sed -nE 's/^#define XAPIAN_VERSION "(.*)"/Xapian \1/p' "$headers/xapian/version.h"

sources=("$@")
[ ${#sources[@]} -gt 0 ] || sources=(plugin/src/*.cc plugin/preload/registry.cc trainer/*.cc index_tools/*.cc)
read -ra eigen <<<"$(pkg-config --cflags eigen3)"
failed=0
for source in "${sources[@]}"; do
  if ! "${CXX:-g++}" -std=c++17 -fsyntax-only -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion \
    -Werror -DEIGEN_MAX_ALIGN_BYTES=64 -DIRGAN_VERSION='"check"' -isystem "$headers" "${eigen[@]/#-I/-isystem}" \
    -I . -I plugin/include "$source"; then
    echo "FAILED: $source" >&2
    failed=$((failed + 1))
  fi
done
echo "${#sources[@]} sources, $failed failed"
[ $failed = 0 ]
