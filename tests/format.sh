#!/usr/bin/env bash
# Checks that every source looks as .clang-format says, by clang-format 14, Debian 12's.
# Use: tests/format.sh [CLANG-FORMAT]
# To mend: git ls-files '*.cc' '*.h' | xargs clang-format -i
set -euo pipefail
cd "$(dirname "$0")/.."
find plugin trainer index_tools tests -name '*.cc' -o -name '*.h' | xargs "${1:-clang-format}" --dry-run -Werror
