#!/bin/sh
# check-layers.sh [CHECKOUT]: keeps the layers of DEVELOPING.md apart. R stays
# out of the core and of the public headers, LibTorch out of the bindings and of
# the public headers, and a layer of the core includes nothing from above it.
cd "${1:-$(dirname "$0")/..}" || exit 1
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

# r_api.h and r_api.hpp are what packages in R include.
public=$(find inst/include -type f ! -name 'r_api.*')
core=$(find src/core -type f -name '*.?pp')
bindings=$(find src -maxdepth 1 -type f \( -name '*.cpp' -o -name '*.h*' \))

forbid "the core must not use R" "$r_headers" $core
forbid "the public headers must not use R" "$r_headers" $public
forbid "the public headers must not use LibTorch" "$torch_headers" $public
forbid "the bindings must not use LibTorch" "$torch_headers" $bindings

# check_order FOLDER PREFIX LAYER...: from the bottom up; a layer of FOLDER,
# whose headers are included as PREFIXlayer/, may use itself and those before
# it. Layers joined by | may use each other.
check_order() {
  folder=$1
  prefix=$2
  shift 2
  while [ $# -gt 1 ]; do
    layer=$1
    shift
    above=$(echo "$*" | tr ' ' '|')
    for name in $(echo "$layer" | tr '|' ' '); do
      if [ ! -d "$folder/$name" ]; then
        echo "$folder/$name: no such layer" >&2
        broken=1
      fi
      forbid "$prefix$name must not use the layers above it" \
        "$prefix($above)/" $(find "$folder/$name" -type f 2> /dev/null)
    done
  done
}

layers='simd util io distributions data kernels nn model train|inference de api'
check_order src/core '' $layers
check_order src/core/io io/ hdf5 'isolation|python' counts 'model_file|scvi_tools'
for folder in src/core/*/; do
  case " $(echo "$layers" | tr '|' ' ') " in
    *" $(basename "$folder") "*) ;;
    *)
      echo "$folder is not one of the layers: $layers" >&2
      broken=1
      ;;
  esac
done

all=$(echo "$layers" | tr ' ' '|')
forbid "the bindings must use the public headers only" "(core/)?($all)/" \
  $bindings
forbid "the public headers must stand alone" "(core/)?($all)/" $public

# Functions and classes that the public headers declare are defined in api/,
# which checks arguments; the layers below have them in namespace scvigor::core.
facade=$(awk '
  FNR == 1 { n = 0 }
  /^namespace .*{/ { space[++n] = $2; next }
  /^}  \/\/ namespace/ { --n; next }
  FILENAME ~ /^inst\// && n == 1 && /^class [A-Za-z]+( {|$)/ {
    classes[$2] = 1
    next
  }
  n != 1 || space[1] != "scvigor" || !/^[A-Za-z_]/ || !/\(/ { next }
  { head = $0; sub(/\(.*/, "", head); count = split(head, word, /[ *&]+/) }
  FILENAME ~ /^inst\// {
    if (!/^(inline|template|constexpr|using|struct|class)/)
      public[word[count]] = 1
    next
  }
  {
    scope = word[count]
    sub(/::.*/, "", scope)
    if (word[count] in public || (word[count] ~ /::/ && scope in classes))
      print FILENAME ":" FNR ":" $0
  }
  ' $public $(find src/core -name '*.?pp' ! -path 'src/core/api/*'))
if [ -n "$facade" ]; then
  echo "$facade"
  echo "  ^ what the public headers declare is defined in src/core/api" >&2
  broken=1
fi

[ "$broken" = 0 ] && echo "scvigor: every layer uses only those below it"
exit "$broken"
