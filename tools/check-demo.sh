#!/bin/sh
# Fails when make demo left no table, picture or object in demo-output/.
cd "$(dirname "$0")/.." || exit 1
for kind in csv png rds; do
  [ -n "$(find demo-output -name "*.$kind" -size +0)" ] || {
    echo "no .$kind file in demo-output" >&2
    exit 1
  }
done
