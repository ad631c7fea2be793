# HDF5's C library: pkg-config, then h5cc, then the R package Rhdf5lib.
# Sourced by detect.sh.

# words PATTERN: the words of standard input that match, on one line.
words() {
  tr ' ' '\n' | grep -E -e "$1" | tr '\n' ' ' | sed 's/ $//'
}

# try_hdf5 LABEL CPPFLAGS LIBS: as they are, then with the library's folder
# written into the program, for libraries outside the loader's path.
try_hdf5() {
  rpaths=$(say "$3" | words '^-L/' | sed 's/-L/-Wl,-rpath,/g')
  compiler=$(cxx_command "$CXX_STD")
  mark_log
  for libs in "$3" "$3 $rpaths"; do
    runs "$compiler" "$here/probe_hdf5.cpp" "$2" "$libs" || continue
    if ! at_least "$answer" 1 10; then
      say "  $1: HDF5 $answer; 1.10 or newer is needed"
      return 1
    fi
    HDF5_FROM=$1
    HDF5_VERSION=$answer
    HDF5_CPPFLAGS="$2 -DH5_USE_110_API"  # the interface the core speaks
    HDF5_LIBS=$libs
    say "  $1: works"
    return 0
  done
  say "  $1: the test failed"
  first_complaints
  return 1
}

try_hdf5_pkg_config() {
  for name in hdf5 hdf5-serial; do
    if pkg-config --exists "$name" 2>/dev/null; then
      try_hdf5 "pkg-config" "$(pkg-config --cflags "$name")" \
        "$(pkg-config --libs "$name")"
      return
    fi
  done
  say "  pkg-config: knows no hdf5"
  return 1
}

# h5cc shows a whole compiler command; often one that names static libraries,
# whose own dependencies need not be installed, so the shared one goes first.
try_hdf5_h5cc() {
  shown=$(h5cc -show 2>/dev/null)
  if [ -z "$shown" ]; then
    say "  h5cc: not installed"
    return 1
  fi
  cppflags=$(say "$shown" | words '^-[ID]')
  folders=$(say "$shown" | words '^-L')
  for archive in $(say "$shown" | words '/libhdf5\.a$'); do
    folders="$folders -L$(dirname "$archive")"
  done
  try_hdf5 h5cc "$cppflags" "$folders -lhdf5" ||
    try_hdf5 "h5cc, static" "$cppflags" \
      "$(say "$shown" | words '^(-L|-l|/.*\.a$)')"
}

try_hdf5_rhdf5lib() {
  include=$(r_answer 'cat(system.file("include", package = "Rhdf5lib"))')
  if [ -z "$include" ]; then
    say "  R package Rhdf5lib: not installed"
    return 1
  fi
  try_hdf5 "R package Rhdf5lib" "-I$(quoted "$include")" \
    "$(r_answer 'Rhdf5lib::pkgconfig("PKG_C_LIBS")')"
}

find_hdf5() {
  try_hdf5_pkg_config || try_hdf5_h5cc || try_hdf5_rhdf5lib
}
