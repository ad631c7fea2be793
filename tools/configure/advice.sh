# What to install when something is missing. Sourced by detect.sh.

advise_libtorch() {
  cat <<'EOF'

scvigor needs LibTorch 1.13 or newer and a C++17 compiler, and found none that
works. Install LibTorch in one of these ways, then install scvigor again:

  Debian, Ubuntu   apt-get install libtorch-dev
  Fedora           dnf install python3-torch python3-torch-devel
  macOS            brew install pytorch
  R, any system    install.packages("torch"); torch::install_torch()
  Python           python3 -m pip install torch

A LibTorch anywhere else is found with the folder that holds its include/ and
lib/, for example

  LIBTORCH_HOME=/path/to/libtorch R CMD INSTALL scvigor
  install.packages(..., configure.vars = "LIBTORCH_HOME=/path/to/libtorch")

scvigor never downloads LibTorch by itself.
EOF
}

advise_hdf5() {
  cat <<'EOF'

scvigor needs the HDF5 C library 1.10 or newer, and found none that works.
Install it in one of these ways, then install scvigor again:

  Debian, Ubuntu   apt-get install libhdf5-dev pkg-config
  Fedora           dnf install hdf5-devel pkgconf
  macOS            brew install hdf5 pkg-config
  R, any system    BiocManager::install("Rhdf5lib")
EOF
}
