#!/bin/sh
# Every source file below src must be among the OBJECTS of src/Makevars.in: what
# is not in that list is not compiled, and missed only when R loads the package.
cd "$(dirname "$0")/.." || exit 1
unlisted=$(find src -name '*.cpp' | sed 's|^src/||; s|\.cpp$|.o|' | sort |
  while read -r object; do
    grep -qE "^ +$object( |\$)" src/Makevars.in || echo "  $object"
  done)
[ -z "$unlisted" ] && exit 0
echo "Add to OBJECTS in src/Makevars.in:" >&2
echo "$unlisted" >&2
exit 1
