#!/bin/sh
# Fails when a C++ file is not formatted as .clang-format says. Versions
# of clang-format differ: only version 14, that of Debian 12, is used. Where it is
# missing, the status is 77, which means skipped.
#
#   tools/check-format.sh --fix     formats the files
cd "$(dirname "$0")/.." || exit 1

clang_format=
for candidate in clang-format-14 clang-format; do
  if "$candidate" --version 2> /dev/null | grep -q 'version 14\.'; then
    clang_format=$candidate
    break
  fi
done
if [ -z "$clang_format" ]; then
  echo "skipped: formatting, which clang-format 14 (Debian 12) checks"
  exit 77
fi

files=$(find src inst/include tests bench longtests tools -type f \
  \( -name '*.cpp' -o -name '*.hpp' -o -name '*.h' \) \
  ! -name RcppExports.cpp)
if [ "$1" = --fix ]; then
  exec "$clang_format" -i $files
fi
if ! "$clang_format" --dry-run -Werror $files; then
  echo "Not formatted; tools/check-format.sh --fix does it." >&2
  exit 1
fi
echo "scvigor: the C++ files are formatted"
