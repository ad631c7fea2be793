#!/bin/sh
# run-tests.sh BUILD JOBS: runs the C++ tests, which are linked with the very
# objects of the R package built in BUILD, and the R tests. The last line tells
# the sum.
build=${1:?usage: run-tests.sh BUILD JOBS}
jobs=${2:-1}
cd "$(dirname "$0")/.." || exit 1
status=0

# The tests' own code is not worth optimizing; NDEBUG is as in the objects.
if ! { cmake -S . -B "$build/cpp" -DCMAKE_BUILD_TYPE=Release \
         -DCMAKE_CXX_FLAGS_RELEASE="-O1 -DNDEBUG" \
         -DSCVIGOR_FLAGS="$build/flags" \
         -DSCVIGOR_OBJECTS_DIR="$build/scvigor/src" &&
       cmake --build "$build/cpp" --parallel "$jobs"; } \
     > "$build/cpp.log" 2>&1; then
  grep -E -A 6 'error:|Error |: undefined' "$build/cpp.log" || cat "$build/cpp.log"
  echo "The C++ tests do not build (log: $build/cpp.log)." >&2
  exit 1
fi

# logged LOG COMMAND...: shows what the command prints and keeps it in LOG.
logged() {
  log=$1
  shift
  { "$@" 2>&1 || echo "exit status $?"; } | tee "$log"
  if grep -q '^exit status' "$log"; then status=1; fi
}

echo "scvigor: C++ tests"
logged "$build/cpp-tests.log" "$build/cpp/scvigor_tests"
cpp=$(awk -f tools/catch-counts.awk "$build/cpp-tests.log")

echo "scvigor: R tests"
logged "$build/r-tests.log" Rscript tools/run-testthat.R tests/testthat
r=$(awk '
  /^R tests:/ { counts = $3 " " $5 " " $7 }
  END { print counts ? counts : "0 1 0" }' "$build/r-tests.log")

# skipped_by LANGUAGE LOG: what was skipped, and how often each.
skipped_by() {
  sed -n 's/^skipped\( in part\)\{0,1\}: //p' "$2" | sort | uniq -c |
    sed "s/^ *\([0-9]*\) /  $1, \1 x: /"
}
skipped=$(skipped_by C++ "$build/cpp-tests.log"
  skipped_by R "$build/r-tests.log")
if [ -n "$skipped" ]; then
  echo "Not checked here:"
  echo "$skipped"
fi

set -- $cpp $r
echo "$(($1 + $4)) passed, $(($2 + $5)) failed, $(($3 + $6)) skipped"
exit "$status"
