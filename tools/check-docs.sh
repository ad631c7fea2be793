#!/bin/sh
# Fails when man/, NAMESPACE or the Rcpp exports are not what the sources give.
# Works in a copy. The package must be installed (make install).
cd "$(dirname "$0")/.." || exit 1
copy=$(mktemp -d) || exit 1
trap 'rm -rf "$copy"' EXIT
cp -R DESCRIPTION NAMESPACE R man src inst "$copy" || exit 1

if ! Rscript tools/document.R "$copy" > "$copy.log" 2>&1; then
  cat "$copy.log"
  rm -f "$copy.log"
  exit 1
fi
rm -f "$copy.log"

stale=0
for made in DESCRIPTION NAMESPACE man R/RcppExports.R src/RcppExports.cpp; do
  diff -r -u "$made" "$copy/$made" || stale=1
done
if [ "$stale" != 0 ]; then
  echo "The documentation is out of date: run make docs and commit." >&2
  exit 1
fi
echo "scvigor: documentation and exports are current"
