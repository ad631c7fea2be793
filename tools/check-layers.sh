#!/bin/sh
# Keeps the floors of the house apart: R stays out of the core and of the public
# headers, LibTorch out of the bindings and of the public headers, and a floor
# of the core includes nothing from above.
cd "$(dirname "$0")/.." || exit 1
broken=0

# forbid WHY PATTERN FILE...: no file may include what matches.
forbid() {
  why=$1
  pattern=$2
  shift 2
  if grep -nE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($pattern)" \
    "$@" /dev/null; then
    echo "  ^ $why" >&2
    broken=1
  fi
}

r_headers='R\.h|Rinternals|Rdefines|Rmath|Rembedded|Rinterface|Rversion|R_ext/|'
r_headers="${r_headers}Rcpp|cpp11|r_[a-z_]*\.h"
torch_headers='torch/|ATen/|c10/|caffe2/'

public=$(find inst/include -type f)
core=$(find src/core -type f -name '*.?pp')
bindings=$(find src -maxdepth 1 -type f \( -name '*.cpp' -o -name '*.h*' \))

forbid "R has no place in the core" "$r_headers" $core
forbid "R has no place in the public headers" "$r_headers" $public
forbid "the public headers are free of LibTorch" "$torch_headers" $public
forbid "the bindings are free of LibTorch" "$torch_headers" $bindings

# From the ground up; a floor may use itself and those below it.
floors='util|data|io|distributions|kernels|nn model train|inference|de api'
above=$floors
for floor in $floors; do
  above=${above#"$floor"}
  above=${above# }
  [ -n "$above" ] || break
  for room in $(echo "$floor" | tr '|' ' '); do
    forbid "$room must not reach up" "($(echo "$above" | tr ' ' '|'))/" \
      $(find "src/core/$room" -type f 2> /dev/null)
  done
done
rooms=$(echo "$floors" | tr ' ' '|')
forbid "the bindings see the public headers only" "(core/)?($rooms)/" $bindings
forbid "the public headers stand alone" "(core/)?($rooms)/" $public

[ "$broken" = 0 ] && echo "scvigor: the layers are clean"
exit "$broken"
