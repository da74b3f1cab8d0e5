#!/usr/bin/env bash
# Builds Debian packages into build/package. Use: index_tools/package/packages.sh [CMAKE-OPTION...]
set -euo pipefail
cd "$(dirname "$0")/../.."
cmake --preset package "$@"
cmake --build build/package
cd build/package
rm -f ./*.deb
cpack -G DEB
