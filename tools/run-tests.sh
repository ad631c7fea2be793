#!/bin/sh
# run-tests.sh BUILD JOBS: runs the C++ tests, which are linked with the very
# objects of the R package built in BUILD, and the R tests. The last line tells
# the sum.
build=${1:?usage: run-tests.sh BUILD JOBS}
jobs=${2:-1}
cd "$(dirname "$0")/.." || exit 1
status=0

# The tests' own code is not worth optimising; NDEBUG is as in the objects.
if ! { cmake -S . -B "$build/cpp" -DCMAKE_BUILD_TYPE=Release \
         -DCMAKE_CXX_FLAGS_RELEASE="-O1 -DNDEBUG" \
         -DSCVIGOR_FLAGS="$build/flags" \
         -DSCVIGOR_OBJECTS_DIR="$build/scvigor/src" &&
       cmake --build "$build/cpp" --parallel "$jobs"; } \
     > "$build/cpp.log" 2>&1; then
  grep -E -A 4 'error|Error|undefined' "$build/cpp.log" || cat "$build/cpp.log"
  echo "The C++ tests do not build (log: $build/cpp.log)." >&2
  exit 1
fi

echo "scvigor: C++ tests"
{ "$build/cpp/scvigor_tests" || echo "exit status $?"; } 2>&1 |
  tee "$build/cpp-tests.log"
grep -q '^exit status' "$build/cpp-tests.log" && status=1
# "All tests passed (9 assertions in 4 test cases)", or
# "test cases: 4 | 2 passed | 1 failed | 1 skipped"
cpp=$(awk '
  /^All tests passed/ { sub(/.* in /, ""); print $1, 0, 0; found = 1 }
  /^test cases:/ {
    n["passed"] = n["failed"] = n["skipped"] = 0
    for (i = 4; i <= NF; ++i) if ($i in n) n[$i] = $(i - 1)
    print n["passed"], n["failed"], n["skipped"]; found = 1
  }
  END { if (!found) print 0, 1, 0 }' "$build/cpp-tests.log" | tail -n 1)

echo "scvigor: R tests"
echo "0 1 0" > "$build/r-tests.count"
Rscript tools/run-testthat.R tests/testthat "$build/r-tests.count" || status=1
r=$(cat "$build/r-tests.count")

set -- $cpp $r
echo "$(($1 + $4)) passed, $(($2 + $5)) failed, $(($3 + $6)) skipped"
exit "$status"
