#!/usr/bin/env bash
# Installs what is needed, builds, and runs every test.
# Use: tests/run.sh [PRESET]   (whole, dev, release, asan, tsan; whole if not said)
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-whole}

index_tools/install_dependencies.sh clang-format catch2 man-db zsh fish libjs-chart.js xapian-tools xapian-examples \
  xapian-omega python3-xapian libsearch-xapian-perl $([ "$preset" != asan ] || echo clang-14 libclang-rt-14-dev)
cmake --preset "$preset" -DIRGAN_BUILD_TESTS=ON
cmake --build --preset "$preset"
ctest --preset "$preset" --no-tests=error -j "$(nproc)"
