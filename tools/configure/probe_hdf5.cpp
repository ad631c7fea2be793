// Writes a number to an HDF5 file in memory, reads it again and prints the
// version of the library.
#include <hdf5.h>

#include <cstdio>

int main() {
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  if (major != H5_VERS_MAJOR || minor != H5_VERS_MINOR) return 1;

  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_fapl_core(access, 1 << 16, false);
  const hid_t file = H5Fcreate("probe", H5F_ACC_TRUNC, H5P_DEFAULT, access);
  const hid_t space = H5Screate(H5S_SCALAR);
  const hid_t data = H5Dcreate2(file, "x", H5T_NATIVE_INT, space, H5P_DEFAULT,
                                H5P_DEFAULT, H5P_DEFAULT);
  const int written = 42;
  int read = 0;
  H5Dwrite(data, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, &written);
  H5Dread(data, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, &read);
  H5Dclose(data);
  H5Sclose(space);
  H5Fclose(file);
  H5Pclose(access);
  if (read != written) return 2;
  std::printf("%u.%u.%u\n", major, minor, release);
  return 0;
}
