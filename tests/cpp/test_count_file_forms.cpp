// What HDF5, AnnData, scipy and Cell Ranger may write, and some programs do:
// each is read, or named for what it is.

#include "catch.hpp"
#include "count_file_reader.hpp"
#include "count_file_writer.hpp"
#include "error_from.hpp"
#include "scvigor/count_file.hpp"

using namespace scvigor;
using support::error_from;
using support::H5Writer;
using support::SmallCounts;
using support::Storage;
using support::TemporaryFile;
using support::write_frame;
using support::write_frames;
using support::write_sparse;

namespace {

struct Read {
  std::string assay, note;
  std::vector<double> dense;  // cells x genes
};

Read read(const std::string& path, const std::string& assay = "") {
  const CountFile file(path, assay);
  return {file.assay(), file.note(), support::read_dense(file)};
}

// A file of the small matrix, and what `add` puts into it.
Read read_with(const std::function<void(H5Writer&)>& add) {
  const TemporaryFile path;
  {
    H5Writer file(path.path());
    write_frames(file);
    add(file);
    if (H5Lexists(file.id(), "X", H5P_DEFAULT) <= 0) {
      const SmallCounts small;
      file.numbers("X", small.dense, {4, 3});
    }
  }
  return read(path.path());
}

std::string error_with(const std::function<void(H5Writer&)>& add) {
  return error_from([&] { read_with(add); });
}

}  // namespace

TEST_CASE("Count file: numbers of every type") {
  const SmallCounts small;
  const hid_t type =
      GENERATE(as<hid_t>{}, H5T_STD_U8LE, H5T_STD_I16BE, H5T_STD_U32LE,
               H5T_STD_U64BE, H5T_STD_I64LE, H5T_IEEE_F32BE, H5T_IEEE_F64LE);
  const bool narrow = type == H5T_STD_U8LE;  // does not hold 300
  std::vector<double> dense = small.dense, data = small.data;
  if (narrow) dense[8] = data[3] = 200;
  const auto sparse = read_with([&](H5Writer& file) {
    write_sparse(file, "X", true, data, small.indices, small.indptr, {4, 3},
                 {type, {}});
  });
  CHECK(sparse.dense == dense);
  CHECK(read_with([&](H5Writer& file) {
          file.numbers("X", dense, {4, 3}, {type, {}});
        }).dense == dense);
}

TEST_CASE("Count file: half precision, booleans, and what is not a number") {
  const SmallCounts small;
  const h5::Handle half(H5Tcopy(H5T_IEEE_F32LE));
  H5Tset_fields(half.get(), 15, 10, 5, 0, 10);
  H5Tset_size(half.get(), 2);
  H5Tset_ebias(half.get(), 15);
  CHECK(read_with([&](H5Writer& file) {
          file.numbers("X", small.dense, {4, 3}, {half.get(), {}});
        }).dense == small.dense);
  CHECK_THAT(error_with([](H5Writer& file) {
               file.text("X", {"a", "b"});
             }),
             contains("`X`") && contains("1 dimensions"));
  CHECK_THAT(error_with([](H5Writer& file) {
               const h5::Handle type(H5Tcreate(H5T_COMPOUND, 16));
               H5Tinsert(type.get(), "r", 0, H5T_NATIVE_DOUBLE);
               H5Tinsert(type.get(), "i", 8, H5T_NATIVE_DOUBLE);
               const hsize_t dims[] = {4, 3};
               const h5::Handle space(H5Screate_simple(2, dims, nullptr));
               h5::Handle(H5Dcreate2(file.id(), "X", type.get(), space.get(),
                                     H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
             }),
             contains("structs of several values"));
}

TEST_CASE("Count file: more values stored than the matrix has, as by scipy") {
  const SmallCounts small;
  std::vector<double> data = small.data, indices = small.indices;
  data.insert(data.end(), {0, 0, 9});
  indices.insert(indices.end(), {0, 77});  // of no meaning, and fewer
  CHECK(read_with([&](H5Writer& file) {
          write_sparse(file, "X", true, data, indices, small.indptr);
        }).dense == small.dense);
}

TEST_CASE("Count file: chunks of any shape") {
  const std::int64_t n_cells = 700, n_genes = 1500;
  std::vector<double> dense(static_cast<std::size_t>(n_cells * n_genes));
  for (std::size_t i = 0; i < dense.size(); i += 7)
    dense[i] = static_cast<double>(i % 250);
  std::vector<std::string> cells, genes;
  for (std::int64_t i = 0; i < n_cells; ++i)
    cells.push_back("c" + std::to_string(i));
  for (std::int64_t i = 0; i < n_genes; ++i)
    genes.push_back("g" + std::to_string(i));
  const auto chunk = GENERATE(
      as<std::vector<std::int64_t>>{}, std::vector<std::int64_t>{700, 1500},
      std::vector<std::int64_t>{1, 1500}, std::vector<std::int64_t>{700, 1},
      std::vector<std::int64_t>{33, 41}, std::vector<std::int64_t>{600, 1400},
      std::vector<std::int64_t>{300, 1500});
  const bool shuffle = GENERATE(false, true);
  const TemporaryFile path;
  {
    H5Writer file(path.path());
    write_frame(file, "obs", cells);
    write_frame(file, "var", genes);
    file.numbers("X", dense, {n_cells, n_genes},
                 {H5T_STD_I32LE, chunk, 1, shuffle});
  }
  CHECK(read(path.path()).dense == dense);
}

TEST_CASE("Count file: parts that were never written are zeros") {
  const auto form = GENERATE(0, 1, 2);
  const TemporaryFile path;
  const hsize_t dims[] = {4, 2000000000};
  {
    H5Writer file(path.path());
    write_frame(file, "obs", {"c1", "c2", "c3", "c4"});
    write_frame(file, "var", {"g1", "g2", "g3"});
    const h5::Handle how(H5Pcreate(H5P_DATASET_CREATE));
    const hsize_t chunk[] = {4, 1000000};
    if (form > 0) H5Pset_chunk(how.get(), 2, chunk);
    if (form > 1) H5Pset_deflate(how.get(), 1);
    const hsize_t small[] = {4, 3};
    const h5::Handle space(H5Screate_simple(2, form ? dims : small, nullptr));
    h5::Handle(H5Dcreate2(file.id(), "X", H5T_STD_I32LE, space.get(),
                          H5P_DEFAULT, how.get(), H5P_DEFAULT));
  }
  if (form == 0)
    CHECK(read(path.path()).dense == std::vector<double>(12));
  else  // far more than the file holds is wrong, but harmless
    CHECK_THROWS_WITH(read(path.path()),
                      contains("names 3 genes") && contains("has 2000000000"));
}

TEST_CASE("Count file: placeholders give way to counts") {
  const SmallCounts small;
  std::vector<double> binary;
  for (const double value : small.dense) binary.push_back(value > 0);
  const std::vector<double> zeros(12), logs(12, 0.5), other(12, 3);
  const auto with = [&](const std::vector<double>& x,
                        const std::vector<double>& layer) {
    return read_with([&](H5Writer& file) {
      file.numbers("X", x, {4, 3});
      file.group("layers");
      file.numbers("layers/counts", layer, {4, 3});
    });
  };
  for (const auto& x : {zeros, binary, logs, other}) {
    const Read found = with(x, small.dense);
    CHECK(found.assay == "layers/counts");
    CHECK(found.dense == small.dense);
    CHECK_THAT(found.note, contains("layers/counts"));
  }
  for (const auto& layer : {zeros, binary, logs, small.dense}) {
    const Read found = with(small.dense, layer);
    CHECK(found.assay == "X");
    CHECK(found.note == "");
  }
  CHECK(with(zeros, logs).assay == "X");
  CHECK(with(binary, zeros).assay == "X");
  CHECK_THROWS_WITH(with(logs, logs), contains("holds no counts"));
}

TEST_CASE("Count file: a matrix that cannot be read is passed over") {
  const SmallCounts small;
  const Read found = read_with([&](H5Writer& file) {
    H5Lcreate_external("other.h5", "/X", file.id(), "X", H5P_DEFAULT,
                       H5P_DEFAULT);
    file.group("layers");
    file.numbers("layers/counts", small.dense, {4, 3});
  });
  CHECK(found.assay == "layers/counts");
  CHECK_THAT(found.note, contains("`X` cannot be read") &&
                             contains("a link into another file"));
}

TEST_CASE("Count file: soft links are followed, also in circles") {
  const SmallCounts small;
  CHECK(read_with([&](H5Writer& file) {
          file.numbers("data", small.dense, {4, 3});
          H5Lcreate_soft("/data", file.id(), "X", H5P_DEFAULT, H5P_DEFAULT);
        }).dense == small.dense);
  CHECK_THAT(error_with([](H5Writer& file) {
               H5Lcreate_soft("/X", file.id(), "X", H5P_DEFAULT, H5P_DEFAULT);
               H5Lcreate_soft("/no", file.id(), "raw", H5P_DEFAULT,
                              H5P_DEFAULT);
             }),
             contains("too many links"));
}

TEST_CASE("Count file: a filter that is missing is named") {
  CHECK_THAT(error_with([](H5Writer& file) {
               const h5::Handle how(H5Pcreate(H5P_DATASET_CREATE));
               const hsize_t dims[] = {4, 3};
               H5Pset_chunk(how.get(), 2, dims);
               H5Pset_filter(how.get(), 32099, H5Z_FLAG_OPTIONAL, 0, nullptr);
               const h5::Handle space(H5Screate_simple(2, dims, nullptr));
               h5::Handle(H5Dcreate2(file.id(), "X", H5T_STD_I32LE, space.get(),
                                     H5P_DEFAULT, how.get(), H5P_DEFAULT));
             }),
             contains("filter 32099") && contains("HDF5_PLUGIN_PATH"));
}

TEST_CASE("Count file: the filters that HDF5 has") {
  const SmallCounts small;
  const int filter = GENERATE(0, 1, 2, 3);
  const TemporaryFile path;
  {
    H5Writer file(path.path());
    write_frames(file);
    const h5::Handle how(H5Pcreate(H5P_DATASET_CREATE));
    const hsize_t dims[] = {4, 3};
    H5Pset_chunk(how.get(), 2, dims);
    if (filter == 0) H5Pset_nbit(how.get());
    if (filter == 1) H5Pset_scaleoffset(how.get(), H5Z_SO_INT, 0);
    if (filter == 2) H5Pset_fletcher32(how.get());
    if (filter == 3) {
      unsigned flags = 0;
      if (H5Zfilter_avail(H5Z_FILTER_SZIP) <= 0 ||
          H5Zget_filter_info(H5Z_FILTER_SZIP, &flags) < 0 ||
          !(flags & H5Z_FILTER_CONFIG_ENCODE_ENABLED))
        return;
      H5Pset_szip(how.get(), H5_SZIP_NN_OPTION_MASK, 4);
    }
    const h5::Handle space(H5Screate_simple(2, dims, nullptr));
    const h5::Handle data(H5Dcreate2(file.id(), "X", H5T_STD_I32LE, space.get(),
                                     H5P_DEFAULT, how.get(), H5P_DEFAULT));
    REQUIRE(H5Dwrite(data.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL,
                     H5P_DEFAULT, small.dense.data()) >= 0);
  }
  CHECK(read(path.path()).dense == small.dense);
}

TEST_CASE("Count file: MuData, and HDF5 behind a user's block") {
  const SmallCounts small;
  const bool is_behind_block = GENERATE(false, true);
  const TemporaryFile path;
  {
    H5Writer file(path.path());
    write_frame(file, "obs", {"c1", "c2", "c3", "c4"});
    write_frame(file, "var", {"g1", "g2", "g3", "p1"});
    file.group("mod");
    for (const std::string name : {"mod/rna", "mod/prot"}) {
      file.group(name);
      write_frame(file, name + "/obs", {"c1", "c2", "c3", "c4"});
      if (name == "mod/rna") {
        write_frame(file, name + "/var", {"g1", "g2", "g3"});
        write_sparse(file, name + "/X", true, small.data, small.indices,
                     small.indptr);
      } else {
        write_frame(file, name + "/var", {"p1"});
        file.numbers(name + "/X", {5, 6, 7, 8}, {4, 1});
      }
    }
  }
  if (is_behind_block)
    path.write(std::string("MuData") + std::string(506, ' ') + path.bytes());
  CHECK(read(path.path(), "rna").dense == small.dense);
  CHECK(read(path.path(), "rna").assay == "rna/X");
  CHECK(read(path.path(), "prot/X").dense == std::vector<double>{5, 6, 7, 8});
  CHECK(CountFile(path.path(), "rna").format() == CountFileFormat::kH5mu);
  CHECK_THROWS_WITH(read(path.path()), contains("prot, rna"));
  CHECK_THROWS_WITH(read(path.path(), "rna/none"), contains("no `none`"));
}

TEST_CASE("Count file: other formats in HDF5 are named") {
  const auto error = [](const std::vector<std::string>& groups) {
    const TemporaryFile path;
    {
      H5Writer file(path.path());
      for (const auto& name : groups) file.group(name);
    }
    return error_from([&] { read(path.path()); });
  };
  CHECK_THAT(error({"matrix", "row_attrs", "col_attrs"}), contains("loom"));
  CHECK_THAT(error({"barcode_idx", "umi"}), contains("read10xMolInfo"));
  CHECK_THAT(error({"cell.names", "meta.data"}), contains("h5Seurat"));
  CHECK_THAT(error({"assay001"}), contains("HDF5Array"));
}
