#!/usr/bin/env bash
# Builds Debian packages into build/package. Use: index_tools/package/packages.sh [CMAKE-OPTION...]
set -euo pipefail
cd "$(dirname "$0")/../.."
# CMake asks Python where its modules stand.
command -v python3 >/dev/null || { echo "install python3: without it the package of the module is empty" >&2; exit 1; }
cmake --preset package "$@"
cmake --build build/package
cd build/package
rm -f ./*.deb
cpack -G DEB
