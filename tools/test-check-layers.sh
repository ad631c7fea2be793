#!/bin/sh
# Whether check-layers.sh finds violations of each kind, planted in a copy.
here=$(cd "$(dirname "$0")" && pwd) || exit 1
copy=$(mktemp -d) || exit 1
trap 'rm -rf "$copy"' EXIT
status=0

fresh_copy() {
  rm -rf "$copy"/*
  mkdir "$copy/src" "$copy/inst"
  cp -R "$here/../src/core" "$copy/src/core"
  cp "$here"/../src/*.cpp "$here"/../src/*.h "$copy/src"
  cp -R "$here/../inst/include" "$copy/inst/include"
}

# planted REASON FILE LINE: with LINE at its end, FILE is refused for REASON.
planted() {
  fresh_copy
  printf '%s\n' "$3" >> "$copy/$2"
  if found=$(sh "$here/check-layers.sh" "$copy" 2>&1) ||
    ! printf '%s' "$found" | grep -qF "$1"; then
    echo "check-layers.sh misses in $2: $3" >&2
    status=1
  fi
}

fresh_copy
sh "$here/check-layers.sh" "$copy" > /dev/null || status=1

planted 'the core must not use R' src/core/nn/linear.cpp '#include <Rcpp.h>'
planted 'the public headers must not use R' inst/include/scvigor/de.hpp \
  '#include <Rinternals.h>'
planted 'the public headers must not use LibTorch' \
  inst/include/scvigor/model.hpp '#include <ATen/core/Tensor.h>'
planted 'the bindings must not use LibTorch' src/bind_model.cpp \
  '#include <torch/torch.h>'
planted 'the bindings must use the public headers only' src/bind_model.cpp \
  '#include "model/vae.hpp"'
planted 'the public headers must stand alone' inst/include/scvigor/train.hpp \
  '#include "train/trainer.hpp"'
fresh_copy
mkdir "$copy/src/core/attic"
if sh "$here/check-layers.sh" "$copy" > /dev/null 2>&1; then
  echo "check-layers.sh misses a folder that is not a layer" >&2
  status=1
fi
for pair in simd:util util:io io:data data:kernels kernels:nn nn:model \
  model:train model:inference inference:de de:api; do
  below=${pair%:*}
  file=$(cd "$here/.." && find "src/core/$below" -name '*.?pp' | sort | head -1)
  planted "$below must not use the layers above it" "$file" \
    "#include \"${pair#*:}/x.hpp\""
done
for pair in hdf5:isolation hdf5:python isolation:counts python:counts \
  counts:model_file counts:scvi_tools; do
  planted "io/${pair%:*} must not use the layers above it" \
    "$(cd "$here/.." && find "src/core/io/${pair%:*}" -name '*.hpp' | sort |
      head -1)" "#include \"io/${pair#*:}/x.hpp\""
done
facade='what the public headers declare is defined in src/core/api'
planted "$facade" src/core/de/delta.cpp \
  'namespace scvigor {
double estimate_delta(const std::vector<double>& means) { return 0.0; }
}  // namespace scvigor'
planted "$facade" src/core/model/vae.cpp \
  'namespace scvigor {
std::int64_t Model::n_parameters() const { return 0; }
}  // namespace scvigor'

[ "$status" = 0 ] && echo "scvigor: check-layers.sh finds planted violations"
exit "$status"
