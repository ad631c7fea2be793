// Count files in every form: the same small matrix must come out.

#include "catch.hpp"
#include "count_file_reader.hpp"
#include "count_file_writer.hpp"
#include "scvigor/count_file.hpp"

using namespace scvigor;
using support::H5Writer;
using support::read_dense;
using support::SmallCounts;
using support::Storage;
using support::TemporaryFile;
using support::write_frame;
using support::write_frames;
using support::write_h5ad;
using support::write_sparse;

namespace {

using Kind = AnnotationColumn::Kind;

}  // namespace

TEST_CASE("Count file: sparse by cell, by gene, and dense are the same") {
  const SmallCounts small;
  const hid_t type =
      GENERATE(as<hid_t>{}, H5T_IEEE_F32LE, H5T_IEEE_F64BE, H5T_STD_U16LE,
               H5T_STD_I32BE, H5T_STD_I64LE, H5T_STD_U64LE);
  const Storage plain{type, {}, 0, false};
  const Storage packed{type, {2}, 4, true};
  const Storage storage = GENERATE_COPY(plain, packed);
  const int form = GENERATE(0, 1, 2);
  const TemporaryFile path;
  write_small_counts(path.path(), form, storage);
  const CountFile file(path.path());
  CHECK(file.format() == CountFileFormat::kH5ad);
  CHECK(file.assay() == "X");
  CHECK(file.n_entries() == 5);
  CHECK(file.cells().names == std::vector<std::string>{"c1", "c2", "c3", "c4"});
  CHECK(file.genes().names == std::vector<std::string>{"g1", "g2", "g3"});
  CHECK(read_dense(file) == small.dense);
  CHECK(read_dense(file) == small.dense);  // once more
}

TEST_CASE("Count file: columns of all kinds") {
  const TemporaryFile path;
  write_h5ad(path.path());
  const CountFile file(path.path());
  const auto& columns = file.cells().columns;
  REQUIRE(columns.size() == 6);
  CHECK(columns[0].name == "batch");
  CHECK(columns[0].kind == Kind::kFactor);
  CHECK(columns[0].ordered);
  CHECK(columns[0].text == std::vector<std::string>{"ctrl", "stim"});
  CHECK(columns[0].codes == std::vector<std::int32_t>{1, 0, 0, 1});
  CHECK(columns[0].missing == std::vector<std::int8_t>{0, 0, 1, 0});
  CHECK(columns[1].numbers == std::vector<double>{0.5, 1.5, -2.5, 1e300});
  CHECK(columns[2].kind == Kind::kInteger);
  CHECK(columns[2].codes == std::vector<std::int32_t>{1, 2, 3, -4});
  CHECK(columns[3].kind == Kind::kLogical);
  CHECK(columns[3].codes == std::vector<std::int32_t>{1, 0, 1, 1});
  CHECK(columns[4].text == std::vector<std::string>{"a", "", "\xC3\xBC", "d"});
  CHECK(columns[5].kind == Kind::kInteger);
  CHECK(columns[5].missing == std::vector<std::int8_t>{0, 1, 0, 0});
  CHECK(file.cells().skipped.empty());
}

TEST_CASE("Count file: AnnData 0.7 keeps categories in a group of their own") {
  const SmallCounts small;
  const TemporaryFile path;
  {
    H5Writer file(path.path());
    write_sparse(file, "X", true, small.data, small.indices, small.indptr);
    write_frame(file, "obs", {"c1", "c2", "c3", "c4"}, {"batch", "tree"});
    file.group("obs/__categories");
    file.numbers("obs/__categories/batch", {10, 20});
    file.numbers("obs/batch", {1, 1, -1, 0}, {}, {H5T_STD_I8LE, {}});
    file.attribute("obs/batch", "categories", std::string("a reference"));
    file.group("obs/tree");  // not a column of values
    write_frame(file, "var", {"g1", "g2", "g3"});
  }
  const CountFile file(path.path());
  REQUIRE(file.cells().columns.size() == 1);
  const AnnotationColumn& batch = file.cells().columns[0];
  CHECK(batch.text == std::vector<std::string>{"10", "20"});
  CHECK(batch.codes == std::vector<std::int32_t>{1, 1, 0, 0});
  CHECK(batch.missing == std::vector<std::int8_t>{0, 0, 1, 0});
  REQUIRE(file.cells().skipped.size() == 1);
  CHECK(file.cells().skipped[0].name == "tree");
  CHECK_THAT(file.cells().skipped[0].reason, contains("not a vector"));
}

TEST_CASE("Count file: AnnData 0.6 wrote tables as structs") {
  struct Row {
    char index[4];
    std::int8_t batch;
    double depth;
  };
  const SmallCounts small;
  const TemporaryFile path;
  {
    H5Writer file(path.path());
    file.group("X");
    file.attribute("X", "h5sparse_format", std::string("csr"));
    file.attribute("X", "h5sparse_shape", std::vector<std::int64_t>{4, 3});
    file.numbers("X/data", small.data);
    file.numbers("X/indices", small.indices, {}, {H5T_STD_I32LE, {}});
    file.numbers("X/indptr", small.indptr, {}, {H5T_STD_I32LE, {}});
    using h5::Handle;
    const Handle name(H5Tcopy(H5T_C_S1));
    H5Tset_size(name.get(), 4);
    const Handle type(H5Tcreate(H5T_COMPOUND, sizeof(Row)));
    H5Tinsert(type.get(), "index", HOFFSET(Row, index), name.get());
    H5Tinsert(type.get(), "batch", HOFFSET(Row, batch), H5T_NATIVE_INT8);
    H5Tinsert(type.get(), "depth", HOFFSET(Row, depth), H5T_NATIVE_DOUBLE);
    const Row rows[4] = {
        {"c1", 0, 1.5}, {"c2", 1, 2.5}, {"c3", 1, 3.5}, {"c4", 0, 4.5}};
    for (const auto& [table, n] :
         {std::pair<const char*, hsize_t>{"obs", 4}, {"var", 3}}) {
      const Handle space(H5Screate_simple(1, &n, nullptr));
      const Handle data(H5Dcreate2(file.id(), table, type.get(), space.get(),
                                   H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
      H5Dwrite(data.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, rows);
    }
    file.group("uns");
    file.text("uns/batch_categories", {"ctrl", "stim"});
  }
  const CountFile file(path.path());
  CHECK(read_dense(file) == small.dense);
  CHECK(file.genes().names == std::vector<std::string>{"c1", "c2", "c3"});
  REQUIRE(file.cells().columns.size() == 2);
  CHECK(file.cells().columns[0].kind == Kind::kFactor);
  CHECK(file.cells().columns[0].codes == std::vector<std::int32_t>{0, 1, 1, 0});
  CHECK(file.cells().columns[1].numbers ==
        std::vector<double>{1.5, 2.5, 3.5, 4.5});
}

TEST_CASE("Count file: counts are looked for in X, layers/counts, raw/X") {
  const SmallCounts small;
  const std::vector<double> logs{0.5, 1.5, 2.5, 3.5, 4.5};
  const auto n_count_places = GENERATE(0, 1, 2);
  const TemporaryFile path;
  {
    H5Writer file(path.path());
    write_frames(file);
    write_sparse(file, "X", true, logs, small.indices, small.indptr);
    file.group("layers");
    write_sparse(file, "layers/scaled", true, {-1, -2, -3, -4, -5},
                 small.indices, small.indptr);
    if (n_count_places == 2)
      write_sparse(file, "layers/counts", true, small.data, small.indices,
                   small.indptr);
    if (n_count_places >= 1) {
      file.group("raw");
      file.numbers("raw/X", {1, 2, 3, 4, 5, 6, 7, 8}, {4, 2});
      write_frame(file, "raw/var", {"r1", "r2"});
    }
  }
  if (n_count_places == 0) {
    CHECK_THROWS_WITH(CountFile(path.path()), contains("holds no counts") &&
                                                  contains("X, layers/scaled"));
    return;
  }
  const CountFile found(path.path());
  CHECK(found.assay() == (n_count_places == 2 ? "layers/counts" : "raw/X"));
  CHECK(found.n_genes() == (n_count_places == 2 ? 3 : 2));
  const CountFile asked(path.path(), "scaled");
  CHECK(asked.assay() == "layers/scaled");
  CHECK(asked.assays().size() == (n_count_places == 2 ? 4 : 3));
  std::vector<std::int32_t> indptr(5), genes(5);
  std::vector<double> values(5);
  const auto result = asked.read(indptr.data(), genes.data(), values.data());
  CHECK(result.n_not_counts == 5);
  CHECK(result.not_a_count == -1.0);
  CHECK(CountFile(path.path(), "raw").genes().names[1] == "r2");
  CHECK_THROWS_WITH(CountFile(path.path(), "nothing"),
                    contains("`nothing`") && contains("layers/scaled"));
}

TEST_CASE("Count file: 10x, CellRanger 2 and 3") {
  const SmallCounts small;
  const bool modern = GENERATE(true, false);
  const TemporaryFile path;
  {
    H5Writer file(path.path());
    const Storage integers{H5T_STD_I64LE, {4}, 6, true};
    for (const std::string genome : {"hg19", "mm10"}) {
      const std::string at = modern ? "matrix" : genome;
      file.group(at);
      file.text(at + "/barcodes", {"AA-1", "AC-1", "AG-1", "AT-1"}, 18);
      file.numbers(at + "/data", small.data, {}, integers);
      file.numbers(at + "/indices", small.indices, {}, integers);
      file.numbers(at + "/indptr", small.indptr, {}, integers);
      file.numbers(at + "/shape", {3, 4}, {}, {H5T_STD_I32LE, {}});
      if (modern) {
        file.group("matrix/features");
        file.text("matrix/features/id", {"E1", "E2", "E3"}, 4);
        file.text("matrix/features/name", {"G1", "G2", "G3"}, 4);
        file.text("matrix/features/feature_type",
                  {"Gene Expression", "Gene Expression", "Antibody Capture"},
                  20);
        break;
      }
      file.text(at + "/genes", {"E1", "E2", "E3"}, 4);
      file.text(at + "/gene_names", {"G1", "G2", "G3"}, 4);
    }
  }
  if (!modern)
    CHECK_THROWS_WITH(CountFile(path.path()), contains("hg19, mm10"));
  const CountFile file(path.path(), modern ? "" : "mm10");
  CHECK(file.format() == CountFileFormat::kTenx);
  CHECK(read_dense(file) == small.dense);
  CHECK(file.cells().names[3] == "AT-1");
  CHECK(file.genes().names[2] == "E3");
  REQUIRE(file.genes().columns.size() == (modern ? 3 : 2));
  CHECK(file.genes().columns[1].name == "Symbol");
  CHECK(file.genes().columns[1].text[0] == "G1");
}

TEST_CASE("Count file: entries out of order are sorted, repeated ones summed") {
  const TemporaryFile path;
  {
    H5Writer file(path.path());
    write_frames(file);
    write_sparse(file, "X", true, {5, 1, 2, 3, 4, 6}, {2, 0, 2, 2, 1, 2},
                 {0, 3, 3, 6, 6});
  }
  const CountFile file(path.path());
  CHECK(file.n_entries() == 6);
  CHECK(read_dense(file) ==
        std::vector<double>{1, 0, 7, 0, 0, 0, 0, 4, 9, 0, 0, 0});
}

TEST_CASE("Count file: no entries, no cells") {
  const bool has_cells = GENERATE(true, false);
  const TemporaryFile path;
  {
    H5Writer file(path.path());
    write_frame(file, "obs",
                has_cells ? std::vector<std::string>{"c1"}
                          : std::vector<std::string>{});
    write_frame(file, "var", {"g1", "g2"});
    write_sparse(file, "X", true, {}, {},
                 has_cells ? std::vector<double>{0, 0} : std::vector<double>{0},
                 {has_cells ? 1 : 0, 2});
  }
  const CountFile file(path.path());
  CHECK(file.n_entries() == 0);
  CHECK(read_dense(file) == std::vector<double>(has_cells ? 2 : 0, 0.0));
}

TEST_CASE("Count file: what poll throws ends the reading") {
  const TemporaryFile path;
  write_h5ad(path.path());
  int calls = 0;
  const auto poll = [&] {
    ++calls;
    throw std::runtime_error("enough");
  };
  CHECK_THROWS_WITH(CountFile(path.path(), "", poll), "enough");
  CHECK(calls == 1);
}
