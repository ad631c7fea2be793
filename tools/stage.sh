#!/bin/sh
# stage.sh TO: makes TO the tree that R CMD build would pack, but keeps the
# objects that an earlier build left there. Files that have not changed keep
# their date, so that only what changed is compiled again.
#
# Says how many files changed; touches TO.stamp when any did.
to=${1:?usage: stage.sh TO}
cd "$(dirname "$0")/.." || exit 1
mkdir -p "$to" || exit 1
list=$(mktemp) || exit 1
trap 'rm -f "$list"' EXIT

# Folders that are large and never packed are not even walked through.
find . \( -path ./.git -o -path './build*' \) -prune -o -type f -print |
  sed 's|^\./||' | grep -Evi -f .Rbuildignore | sort > "$list"

changed=0
while read -r file; do
  if ! cmp -s "$file" "$to/$file"; then
    mkdir -p "$to/$(dirname "$file")" || exit 1
    cp "$file" "$to/$file" || exit 1
    changed=$((changed + 1))
  fi
done < "$list"

# What is gone here goes there too, except what the build itself made.
made='\.(o|so|deps|dylib)$|^src/Makevars$|^inst/libtorch\.dcf$'
(cd "$to" && find . -type f) | sed 's|^\./||' | grep -Ev "$made" | sort |
  comm -13 "$list" - > "$list.gone"
while read -r file; do
  rm -f "$to/$file"
  changed=$((changed + 1))
done < "$list.gone"
rm -f "$list.gone"

if [ "$changed" -gt 0 ] || [ ! -e "$to.stamp" ]; then
  touch "$to.stamp"
  echo "scvigor: $changed changed files to build"
fi
