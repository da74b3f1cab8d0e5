#!/usr/bin/env bash
# Makes the API's documentation out of the public headers; a warning is an error. Run by name:
# tests/package/api_documentation.sh [FOLDER]
# The pages go into FOLDER/html; build/api if not said.
set -euo pipefail
cd "$(dirname "$0")/../.."
index_tools/install_dependencies.sh doxygen
folder=${1:-build/api}
mkdir -p "$folder"
version=$(sed -nE 's/^project\(.* VERSION ([0-9.]+).*/\1/p' CMakeLists.txt)
# What a contract's lines say stands under headings of their own.
cat >"$folder/filter.sh" <<'END'
exec sed -E -e '\#///#s#@#\\@#g' -e '\#///#s# ::([a-z])# \\::\1#g' -e 's#^( *///  +)\+ #\1\&\#43; #' \
  -e 's#^( *///) +(Source|Shapes|Units|Requires|Throws|Cost|Threads|Returns): *(.*)$#\1 @par \2\n\1 \3#' "$1"
END
doxygen - <<END
PROJECT_NAME = xapian-irgan
PROJECT_NUMBER = $version
PROJECT_BRIEF = "Learning to rank by IRGAN for Xapian"
OUTPUT_DIRECTORY = "$folder"
INPUT = plugin/include trainer/include
RECURSIVE = YES
FILE_PATTERNS = *.h
INPUT_FILTER = "bash $folder/filter.sh"
EXTRACT_ALL = YES
JAVADOC_AUTOBRIEF = YES
MULTILINE_CPP_IS_BRIEF = NO
QT_AUTOBRIEF = YES
GENERATE_LATEX = NO
GENERATE_TREEVIEW = YES
MACRO_EXPANSION = YES
EXPAND_ONLY_PREDEF = YES
PREDEFINED = IRGAN_API=
SORT_MEMBER_DOCS = NO
HAVE_DOT = NO
QUIET = YES
WARN_AS_ERROR = FAIL_ON_WARNINGS
WARN_LOGFILE = "$folder/warnings"
END
echo "$folder/html/index.html"
