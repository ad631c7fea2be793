// Chunks that are unpacked here: the same values as HDF5 itself gives.

#include <zlib.h>

#include <algorithm>
#include <random>

#include "catch.hpp"
#include "count_file_writer.hpp"
#include "io/hdf5/fletcher32.hpp"
#include "io/hdf5/h5_vector.hpp"
#include "io/hdf5/packed_bytes.hpp"

using namespace scvigor;
using support::TemporaryFile;

namespace {

// Few values are not 0, as in counts; or all of them.
std::vector<unsigned char> random_bytes(std::size_t n, double density,
                                        unsigned seed) {
  std::mt19937 random(seed);
  std::vector<unsigned char> bytes(n);
  std::uniform_real_distribution<double> uniform;
  for (auto& byte : bytes)
    if (uniform(random) < density)
      byte = static_cast<unsigned char>(1 + random() % 255);
  return bytes;
}

// One dataset "data" with the filters of `creation`, written through HDF5.
void write_numbers(const std::string& path, hid_t type, hid_t creation,
                   const std::vector<double>& values, hsize_t n_written) {
  const h5::Handle file(
      H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
  const hsize_t n = values.size();
  const h5::Handle space(H5Screate_simple(1, &n, nullptr));
  const h5::Handle data(H5Dcreate2(file.get(), "data", type, space.get(),
                                   H5P_DEFAULT, creation, H5P_DEFAULT));
  const hsize_t start = 0;
  const h5::Handle memory(H5Screate_simple(1, &n_written, nullptr));
  H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, &start, nullptr, &n_written,
                      nullptr);
  REQUIRE(H5Dwrite(data.get(), H5T_NATIVE_DOUBLE, memory.get(), space.get(),
                   H5P_DEFAULT, values.data()) >= 0);
}

std::vector<double> counts(std::size_t n) {
  std::mt19937 random(7);
  std::vector<double> values(n);
  for (auto& value : values)
    value = random() % 10 == 0 ? static_cast<double>(random() % 100) : 0.0;
  return values;
}

}  // namespace

TEST_CASE("Packed bytes come back as they were") {
  const double density = GENERATE(0.0, 0.001, 0.2, 0.34, 1.0);
  const std::size_t n = GENERATE(std::size_t{0}, std::size_t{1},
                                 std::size_t{4096}, std::size_t{3000001});
  const auto bytes = random_bytes(n, density, 1);
  h5::PackedBytes packed;
  for (std::size_t at = 0; at < n;) {
    const std::size_t part = std::min(n - at, std::size_t{70001});
    packed.append(bytes.data() + at, part);
    at += part;
  }
  packed.finish();
  std::vector<unsigned char> out(n);
  for (std::size_t at = 0; at < n;) {
    const std::size_t part = std::min(n - at, std::size_t{9973});
    std::vector<unsigned char> piece(part, 77);
    if (packed.read(piece.data(), part))
      std::copy(piece.begin(), piece.end(),
                out.begin() + static_cast<long>(at));
    at += part;
  }
  CHECK(out == bytes);
}

TEST_CASE("Large chunks are unpacked as HDF5 does it") {
  const hid_t type =
      GENERATE(as<hid_t>{}, H5T_STD_I8LE, H5T_STD_U16BE, H5T_STD_I32LE,
               H5T_STD_I64LE, H5T_IEEE_F32LE, H5T_IEEE_F64LE, H5T_IEEE_F64BE);
  const bool shuffle = GENERATE(false, true);
  const bool fletcher = GENERATE(false, true);
  const std::size_t n = 1500001;
  const hsize_t chunk = 1100000;
  const auto values = counts(n);
  const h5::Handle creation(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_chunk(creation.get(), 1, &chunk);
  if (shuffle) H5Pset_shuffle(creation.get());
  H5Pset_deflate(creation.get(), 1);
  if (fletcher) H5Pset_fletcher32(creation.get());
  const TemporaryFile path;
  write_numbers(path.path(), type, creation.get(), values, n);

  const auto data = h5::Dataset::open(h5::open_file(path.path()), "data");
  CHECK(h5::ChunkStream::suits(data));
  h5::VectorReader reader(data);
  std::vector<double> all, piece;
  for (std::size_t at = 0; at < n; at += piece.size()) {
    reader.read(
        std::min<std::int64_t>(250007, static_cast<std::int64_t>(n - at)),
        piece);
    all.insert(all.end(), piece.begin(), piece.end());
  }
  CHECK(all == values);
  CHECK_THROWS_WITH(reader.read(1, piece), contains("fewer than are needed"));
}

TEST_CASE("Chunks that were never written are the fill value") {
  const std::size_t n = 3000000;
  const hsize_t chunk = 1000000;
  auto values = counts(n);
  const h5::Handle creation(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_chunk(creation.get(), 1, &chunk);
  H5Pset_shuffle(creation.get());
  H5Pset_deflate(creation.get(), 1);
  const int fill = 5;
  H5Pset_fill_value(creation.get(), H5T_NATIVE_INT, &fill);
  const TemporaryFile path;
  write_numbers(path.path(), H5T_STD_I32LE, creation.get(), values, chunk);
  std::fill(values.begin() + static_cast<long>(chunk), values.end(), 5.0);
  const auto data = h5::Dataset::open(h5::open_file(path.path()), "data");
  std::vector<double> all;
  h5::VectorReader(data).read(static_cast<std::int64_t>(n), all);
  CHECK(all == values);
}

TEST_CASE("A chunk whose bytes are wrong is an error") {
  const std::size_t n = 2000000;
  const hsize_t chunk = n;
  const h5::Handle creation(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_chunk(creation.get(), 1, &chunk);
  H5Pset_deflate(creation.get(), 1);
  if (GENERATE(false, true)) H5Pset_fletcher32(creation.get());
  const TemporaryFile path;
  write_numbers(path.path(), H5T_STD_I32LE, creation.get(), counts(n), n);
  std::string bytes = path.bytes();
  const std::string zeros(1000, '\0');
  bytes.replace(bytes.size() / 2, zeros.size(), zeros);
  path.write(bytes);
  const auto data = h5::Dataset::open(h5::open_file(path.path()), "data");
  std::vector<double> all;
  CHECK_THROWS_WITH(
      h5::VectorReader(data).read(static_cast<std::int64_t>(n), all),
      contains("cannot be unpacked"));
}
