#!/bin/sh
# libfuzzer.sh BUILD [SECONDS]: runs libFuzzer's targets, each for so many
# seconds (60). They start from a model of scvi-tools in tests/fixtures and
# from what earlier runs found. Ends at the first crash, whose input is left in
# BUILD/corpus.
build=${1:?usage: libfuzzer.sh BUILD [SECONDS]}
seconds=${2:-60}
model=$(cd "$(dirname "$0")/../../tests/fixtures" && pwd)/toy_model/model.pt
cd "$build" || exit 1
mkdir -p corpus/pickle corpus/zip corpus/tables
cp "$model" corpus/zip/model.pt
unzip -p "$model" '*/data.pkl' > corpus/pickle/data.pkl || exit 1
for target in pickle zip tables; do
  "./scvigor_fuzz_$target" -max_total_time="$seconds" -timeout=20 \
    -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="corpus/$target-" "corpus/$target" > "$target.log" 2>&1 ||
    { tail -40 "$target.log"; exit 1; }
  grep -E 'number_of_executed_units|new_units_added' "$target.log" |
    sed "s/^/$target /"
done
