# LibTorch: LIBTORCH_HOME, then the R package torch, then a Python torch, then
# the system. Sourced by detect.sh.

# torch_lib_dir HOME: the folder of HOME that holds the libraries.
torch_lib_dir() {
  for dir in "$1"/lib "$1"/lib64 "$1"/lib/*-linux-*; do
    for library in "$dir"/libtorch_cpu.so "$dir"/libtorch_cpu.dylib; do
      if [ -e "$library" ]; then
        say "$dir"
        return
      fi
    done
  done
}

# torch_version INCLUDE: major.minor, from the headers.
torch_version() {
  cat "$1/torch/csrc/api/include/torch/version.h" \
      "$1/torch/headeronly/version.h" 2>/dev/null |
    sed -n 's/^#define TORCH_VERSION_M[AI][JN]OR *\([0-9][0-9]*\).*/\1/p' |
    head -n 2 | tr '\n' '.' | sed 's/\.$//'
}

# at_least VERSION MAJOR MINOR
at_least() {
  major=${1%%.*}
  minor=${1#*.}
  minor=${minor%%.*}
  [ "$major" -gt "$2" ] || { [ "$major" -eq "$2" ] && [ "$minor" -ge "$3" ]; }
}

torch_include_flags() {
  old_ifs=$IFS
  IFS=';'
  for dir in $LIBTORCH_INCLUDE_DIRS; do
    printf ' -I%s' "$(quoted "$dir")"
  done
  IFS=$old_ifs
}

# torch_link_flags LIB_DIR INCLUDE
torch_link_flags() {
  libs="-ltorch -ltorch_cpu -lc10"
  # Nothing calls libtorch.so by name, but it brings the CUDA libraries along
  # where there are any, and those register themselves. PyTorch's wheels offer
  # parts of std::filesystem of their own, which crash when they meet the rest:
  # the compiler's library goes first.
  if [ "$(uname -s)" = Linux ]; then
    libs="-Wl,--no-as-needed -lstdc++ $libs -Wl,--as-needed"
  fi
  # Debian's headers log through glog, from functions that are inlined.
  if cat "$2/c10/macros/cmake_macros.h" \
    "$2/torch/headeronly/macros/cmake_macros.h" 2>/dev/null |
    grep -q '^#define C10_USE_GLOG'; then
    libs="$libs -lglog"
  fi
  if ! is_standard_lib_dir "$1"; then
    dir=$(quoted "$1")
    libs="-L$dir -Wl,-rpath,$dir $libs"
    # R puts the system's folders on LD_LIBRARY_PATH, where another LibTorch may
    # lie. An rpath of the old kind is looked at before, a new one after.
    if [ "$(uname -s)" = Linux ]; then
      libs="-Wl,--disable-new-dtags $libs"
    fi
  fi
  say "$libs"
}

# try_libtorch LABEL HOME: says whether the LibTorch in HOME can be used, and
# if so keeps how. The language standard that fits the version is tried first,
# each with the compiler's own ABI and then with the two ABIs by name.
try_libtorch() {
  lib_dir=$(torch_lib_dir "$2")
  include=$2/include
  version=$(torch_version "$include")
  if [ -z "$lib_dir" ]; then
    say "  $1: $2 has no libtorch_cpu"
    return 1
  elif [ -z "$version" ]; then
    say "  $1: $2 has the libraries, but not the headers"
    return 1
  elif ! at_least "$version" 1 13; then
    say "  $1: $2 is LibTorch $version; 1.13 or newer is needed"
    return 1
  fi

  LIBTORCH_INCLUDE_DIRS="$include;$include/torch/csrc/api/include"
  # Naming /usr/include would change the order of the compiler's own headers.
  if [ "$include" = /usr/include ]; then
    LIBTORCH_INCLUDE_DIRS="$include/torch/csrc/api/include"
  fi
  LIBTORCH_LIBS=$(torch_link_flags "$lib_dir" "$include")
  mark_log
  standards="17 20"
  at_least "$version" 2 13 && standards="20 17"
  for CXX_STD in $standards; do
    compiler=$(cxx_command "$CXX_STD")
    [ -n "$compiler" ] || continue
    for LIBTORCH_DEFINES in "" -D_GLIBCXX_USE_CXX11_ABI=0 \
      -D_GLIBCXX_USE_CXX11_ABI=1; do
      if runs "$compiler" "$here/probe_libtorch.cpp" \
        "$(torch_include_flags) $LIBTORCH_DEFINES" "$LIBTORCH_LIBS"; then
        LIBTORCH_FROM=$1
        LIBTORCH_VERSION=$answer
        LIBTORCH_LIB_DIR=$lib_dir
        LIBTORCH_INCLUDE=$include
        say "  $1: works"
        return 0
      fi
    done
  done
  say "  $1: the test of LibTorch $version in $2 failed"
  first_complaints
  return 1
}

# Where torch::torch_install_path() points, without loading the package:
# loading it starts LibTorch, or a download.
r_torch_home() {
  if [ -n "$TORCH_HOME" ]; then
    say "$TORCH_HOME"
  else
    r_answer 'cat(system.file(package = "torch"))'
  fi
}

# Where `import torch` would find it, without importing.
python_torch_home() {
  for python in python3 python; do
    home=$("$python" -c '
import importlib.util
spec = importlib.util.find_spec("torch")
print(next(iter(spec.submodule_search_locations or []), "") if spec else "")
' 2>/dev/null)
    if [ -n "$home" ]; then
      say "$home"
      return
    fi
  done
}

system_torch_homes() {
  for home in "$CONDA_PREFIX" /usr /usr/local /usr/local/libtorch \
    /opt/libtorch /opt/homebrew /opt/homebrew/opt/pytorch \
    /usr/local/opt/pytorch; do
    if [ -n "$home" ] && [ -n "$(torch_lib_dir "$home")" ]; then
      say "$home"
    fi
  done
}

find_libtorch() {
  if [ -n "$LIBTORCH_HOME" ]; then
    # The user's word is final: falling back would hide a misspelt path.
    home=$(cd "$LIBTORCH_HOME" 2>/dev/null && pwd)
    if [ -z "$home" ]; then
      say "  LIBTORCH_HOME: there is no folder $LIBTORCH_HOME"
      return 1
    fi
    try_libtorch LIBTORCH_HOME "$home"
    return
  fi
  say "  LIBTORCH_HOME: not set"

  home=$(r_torch_home)
  if [ -z "$home" ]; then
    say "  R package torch: not installed"
  elif try_libtorch "R package torch" "$home"; then
    return 0
  fi

  home=$(python_torch_home)
  if [ -z "$home" ]; then
    say "  Python package torch: not installed"
  elif try_libtorch "Python package torch" "$home"; then
    return 0
  fi

  homes=$(system_torch_homes)
  [ -n "$homes" ] || say "  system: not installed"
  for home in $homes; do
    try_libtorch system "$home" && return 0
  done
  return 1
}
