#!/bin/sh
# run-sanitized.sh BUILD JOBS [SANITIZERS]: compiles the core and its tests with
# clang and SANITIZERS ("address,undefined", the default, or "thread"), and runs
# the tests. A compiler warning fails like an error: this is the check that clang
# has none.
#
# CXX chooses another compiler, SCVIGOR_TEST_ARGS what scvigor_tests is given.
usage='usage: run-sanitized.sh BUILD JOBS [SANITIZERS]'
build=${1:?$usage}
jobs=${2:-1}
sanitizers=${3:-address,undefined}
cd "$(dirname "$0")/.." || exit 1
folder=$build/sanitized-$sanitizers
mkdir -p "$build" || exit 1
log=$folder.log

# -O1 halves the time of compiling; line numbers are all that a report needs.
if ! { cmake -S . -B "$folder" -DSCVIGOR_SANITIZE="$sanitizers" \
         -DCMAKE_CXX_COMPILER="${CXX:-clang++}" -DCMAKE_BUILD_TYPE=Release \
         -DCMAKE_CXX_FLAGS_RELEASE="-O1 -g1" &&
       cmake --build "$folder" --parallel "$jobs"; } > "$log" 2>&1; then
  grep -E -A 6 'error:|Error |: undefined' "$log" || tail -n 50 "$log"
  echo "The sanitized tests do not build (log: $log)." >&2
  exit 1
fi
if grep -A 4 'warning:' "$log"; then
  echo "The compiler warns (log: $log)." >&2
  exit 1
fi
echo "scvigor: ${CXX:-clang++} compiles the core and its tests without warnings"

# LibTorch and HDF5 are not sanitized: they keep what they allocate once.
export ASAN_OPTIONS="detect_leaks=0:${ASAN_OPTIONS:-}"
export UBSAN_OPTIONS="print_stacktrace=1:${UBSAN_OPTIONS:-}"
# Tests fork while threads are there, as R users do.
export TSAN_OPTIONS="suppressions=$PWD/tools/tsan.supp:die_after_fork=0:\
${TSAN_OPTIONS:-}"
log=$folder-tests.log
# shellcheck disable=SC2086 # words
{ "$folder/scvigor_tests" ${SCVIGOR_TEST_ARGS:-} 2>&1 ||
  echo "exit status $?"; } | tee "$log"
# shellcheck disable=SC2046 # three numbers
set -- $(awk -f tools/catch-counts.awk "$log")
if grep -q '^exit status' "$log" && [ "$2" = 0 ]; then
  set -- "$1" 1 "$3"  # a sanitizer ended the program
fi
echo "$1 passed, $2 failed, $3 skipped"
[ "$2" = 0 ]
