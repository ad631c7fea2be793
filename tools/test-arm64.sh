#!/bin/sh
# test-arm64.sh [TEST...]: compiles the core and its tests for arm64 and runs
# them (or the Catch2 TESTs) under emulation. Needs what in-debian.sh needs; takes
# an hour or more on two processors, most of it emulation, so CI leaves it out.
#
# Everything happens in a Debian of its own, build/debian-arm64, which has the
# cross compiler and LibTorch, HDF5 and zlib for arm64. The C++ tests are the
# same as on any machine; one is skipped, since qemu limits no memory. Kernels
# are the plain ones, since instruction sets are chosen on x86-64 only, and matrix
# products are those of Eigen.
script=$0
if [ "$1" != --inside ]; then
  cd "$(dirname "$script")/.." || exit 1
  SCVIGOR_DEBIAN=${SCVIGOR_DEBIAN:-build/debian-arm64} \
    exec sh tools/in-debian.sh --keep-build bookworm \
    sh tools/test-arm64.sh --inside "$@"
fi
shift
cd "$(dirname "$script")/.." || exit 1

triplet=aarch64-linux-gnu

# install_tools: what runs on this machine.
install_tools() {
  apt-get update -q && apt-get install -y --no-install-recommends \
    cmake make pkg-config catch2 nlohmann-json3-dev libeigen3-dev \
    qemu-user-static g++-$triplet
}

# unpack_libraries: what the tests are compiled and run with. Debian's libtorch-dev
# wants a Python of its architecture, which cannot be set up here: so nothing is
# installed, and only headers and libraries are unpacked. The alternatives that
# OpenBLAS would register are links.
unpack_libraries() {
  dpkg --add-architecture arm64 && apt-get update -q &&
    apt-get install -y --no-install-recommends --download-only \
      libtorch-dev:arm64 libhdf5-dev:arm64 zlib1g-dev:arm64 \
      libopenblas0-openmp:arm64 || return 1
  for package in /var/cache/apt/archives/*_arm64.deb; do
    dpkg --fsys-tarfile "$package" |
      tar --extract --directory=/ --keep-directory-symlink \
        --exclude='./bin' --exclude='./sbin' --exclude='./usr/*bin' \
        --exclude='./etc' --exclude='./usr/share' || return 1
  done
  (cd /usr/lib/$triplet && ln -sf openblas-openmp/lib*.so.* .)
}

if [ ! -e /.scvigor-arm64 ]; then
  export DEBIAN_FRONTEND=noninteractive
  install_tools && unpack_libraries && touch /.scvigor-arm64 || exit 1
fi

# From /proc/cpuinfo LibTorch learns what processor it has, and refuses to compute
# where that is none of arm64. qemu shows the one of this machine.
for processor in 0 1; do
  cat << EOF
processor : $processor
BogoMIPS : 100.00
Features : fp asimd evtstrm aes pmull sha1 sha2 crc32 cpuid
CPU implementer : 0x41
CPU architecture: 8
CPU variant : 0x1
CPU part : 0xd07
CPU revision : 0

EOF
done > /cpuinfo-arm64
mount --bind /cpuinfo-arm64 /proc/cpuinfo || exit 1

# detect.sh runs what it compiles; pkg-config looks at the other architecture.
export SCVIGOR_EMULATOR=qemu-aarch64-static
export PKG_CONFIG_LIBDIR=/usr/lib/$triplet/pkgconfig:/usr/share/pkgconfig
cmake -S . -B build/arm64 -DCMAKE_SYSTEM_NAME=Linux \
  -DCMAKE_SYSTEM_PROCESSOR=aarch64 -DCMAKE_CXX_COMPILER=$triplet-g++ \
  -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE="-O1 -DNDEBUG" &&
  cmake --build build/arm64 --parallel "${JOBS:-2}" || exit 1
exec $SCVIGOR_EMULATOR build/arm64/scvigor_tests "$@"
