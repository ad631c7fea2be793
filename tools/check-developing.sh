#!/bin/sh
# check-developing.sh [CHECKOUT]: whether the files, folders and functions that
# DEVELOPING.md names in backticks exist.
cd "${1:-$(dirname "$0")/..}" || exit 1
broken=0

missing() {
  echo "DEVELOPING.md names \`$1\`, which does not exist" >&2
  broken=1
}

# A path from the root, or within the folder of a layer.
exists() {
  for folder in . src src/core src/core/io src/core/kernels inst/include/scvigor \
    tests/cpp; do
    for end in '' .hpp .cpp .h; do
      [ -e "$folder/$1$end" ] && return 0
    done
  done
  found=$(find src R tools tests -name "$1" | head -1)
  [ -n "$found" ]
}

# Paths have a slash or the ending of a source; not commands, and not patterns.
for path in $(grep -o '`[A-Za-z0-9_./-]*`' DEVELOPING.md | tr -d '`' | sort -u |
  grep -E '^[a-z][a-z_]*/|\.(cpp|hpp|h|R|sh|py|md)$' | grep -v '^build/'); do
  exists "$path" || missing "$path"
done
for name in $(grep -oE '`([A-Za-z_]+::)*[.A-Za-z_]+\(\)`' DEVELOPING.md |
  tr -d '`()' | sed 's/.*:://' | sort -u); do
  grep -rqwF "$name" src R inst tests || missing "$name()"
done

[ "$broken" = 0 ] && echo "scvigor: DEVELOPING.md names what exists"
exit "$broken"
