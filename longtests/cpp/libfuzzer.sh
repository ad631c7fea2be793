#!/bin/sh
# libfuzzer.sh BUILD [SECONDS]: runs libFuzzer's targets, each for so many
# seconds (60), with what earlier runs found as a start. Ends at the first
# crash, whose input is left in BUILD/corpus.
build=${1:?usage: libfuzzer.sh BUILD [SECONDS]}
seconds=${2:-60}
cd "$build" || exit 1
for target in pickle zip tables; do
  mkdir -p "corpus/$target"
  "./scvigor_fuzz_$target" -max_total_time="$seconds" -timeout=20 \
    -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="corpus/$target-" "corpus/$target" > "$target.log" 2>&1 ||
    { tail -40 "$target.log"; exit 1; }
  grep -E 'number_of_executed_units|new_units_added' "$target.log" |
    sed "s/^/$target /"
done
