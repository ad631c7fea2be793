#!/bin/sh
# Finds LibTorch and HDF5, and proves that they work: a small program is
# compiled, linked and run with each. configure and CMakeLists.txt both call
# this script, so that R and CMake never disagree.
#
#   sh detect.sh FILE     writes what was found to FILE, as NAME=value lines
#
# Environment
#   LIBTORCH_HOME   the folder that holds LibTorch's include/ and lib/
#   SCVIGOR_DISABLE_AMX
#                   when set, no code for Intel's AMX is compiled
#   SCVIGOR_DISABLE_GEMM
#                   when set, Eigen computes all matrix products
#   SCVIGOR_CXX     the C++ compiler; when unset, the one R was set up with
#   SCVIGOR_EMULATOR
#                   runs what the compiler makes, when that is for another machine
#   R_HOME          R's own folder; when unset, the R on the PATH

here=$(cd "$(dirname "$0")" && pwd) || exit 1
output=$1
if [ -z "$output" ]; then
  echo "usage: detect.sh FILE" >&2
  exit 2
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/scvigor.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
log=$work/log
: > "$log"

say() { printf '%s\n' "$*"; }

. "$here/compiler.sh"
. "$here/libtorch.sh"
. "$here/hdf5.sh"
. "$here/advice.sh"

say "scvigor: looking for LibTorch"
if ! find_libtorch; then
  advise_libtorch >&2
  exit 1
fi
say "scvigor: looking for HDF5"
if ! find_hdf5; then
  advise_hdf5 >&2
  exit 1
fi

say "scvigor: found"
say "  LibTorch $LIBTORCH_VERSION from $LIBTORCH_FROM, in $LIBTORCH_LIB_DIR"
say "  HDF5     $HDF5_VERSION from $HDF5_FROM"
say "  C++$CXX_STD${LIBTORCH_DEFINES:+ with $LIBTORCH_DEFINES}"
[ -z "$SCVIGOR_DISABLE_AMX" ] || say "  without code for AMX"
[ -z "$SCVIGOR_DISABLE_GEMM" ] || say "  with all matrix products by Eigen"
defines="${SCVIGOR_DISABLE_AMX:+-DSCVIGOR_DISABLE_AMX}"
defines="$defines${SCVIGOR_DISABLE_GEMM:+ -DSCVIGOR_DISABLE_GEMM}"

cat > "$output" <<EOF
CXX_STD=$CXX_STD
SCVIGOR_DEFINES=${defines# }
LIBTORCH_FROM=$LIBTORCH_FROM
LIBTORCH_VERSION=$LIBTORCH_VERSION
LIBTORCH_LIB_DIR=$LIBTORCH_LIB_DIR
LIBTORCH_INCLUDE=$LIBTORCH_INCLUDE
LIBTORCH_INCLUDE_DIRS=$LIBTORCH_INCLUDE_DIRS
LIBTORCH_DEFINES=$LIBTORCH_DEFINES
LIBTORCH_LIBS=$LIBTORCH_LIBS
HDF5_FROM=$HDF5_FROM
HDF5_VERSION=$HDF5_VERSION
HDF5_CPPFLAGS=$HDF5_CPPFLAGS
HDF5_LIBS=$HDF5_LIBS
EOF
