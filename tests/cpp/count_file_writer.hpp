#ifndef SCVIGOR_TESTS_COUNT_FILE_WRITER_HPP
#define SCVIGOR_TESTS_COUNT_FILE_WRITER_HPP

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "io/hdf5/h5.hpp"

namespace support {

// A file that is gone with its owner.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& suffix = ".h5");
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::string& path() const { return path_; }
  std::string bytes() const;
  void write(std::string_view bytes) const;

 private:
  std::string path_;
};

// How a dataset is stored.
struct Storage {
  hid_t type = -1;                  // -1: as in memory
  std::vector<std::int64_t> chunk;  // empty: in one piece
  int deflate = 0;
  bool shuffle = false;
};

// Writes HDF5 files as AnnData and CellRanger do. Paths begin at the root;
// `of` is the path of a group or of a dataset.
class H5Writer {
 public:
  explicit H5Writer(const std::string& path);

  hid_t id() const { return file_.get(); }
  void group(const std::string& path);
  void numbers(const std::string& path, const std::vector<double>& values,
               std::vector<std::int64_t> dims = {},
               const Storage& storage = {});
  void booleans(const std::string& path, const std::vector<bool>& values);
  void text(const std::string& path, const std::vector<std::string>& values,
            std::size_t width = 0);  // 0: of variable length

  void attribute(const std::string& of, const std::string& name,
                 const std::string& value);
  void attribute(const std::string& of, const std::string& name,
                 const std::vector<std::string>& values);
  void attribute(const std::string& of, const std::string& name,
                 const std::vector<std::int64_t>& values);

 private:
  scvigor::h5::Handle file_;
};

// The matrix that most tests write: 4 cells x 3 genes, by cell.
struct SmallCounts {
  std::vector<double> dense{1, 0, 2, 0, 0, 0, 0, 3, 300, 4, 0, 0};
  std::vector<double> data{1, 2, 3, 300, 4};
  std::vector<double> indices{0, 2, 1, 2, 0};
  std::vector<double> indptr{0, 2, 2, 4, 5};
  std::vector<double> data_by_gene{1, 4, 3, 2, 300};
  std::vector<double> indices_by_gene{0, 3, 2, 0, 2};
  std::vector<double> indptr_by_gene{0, 2, 3, 5};
};

// A group of AnnData's current encoding.
void write_sparse(H5Writer& file, const std::string& path, bool by_cells,
                  const std::vector<double>& data,
                  const std::vector<double>& indices,
                  const std::vector<double>& indptr,
                  const std::vector<std::int64_t>& shape = {4, 3},
                  const Storage& storage = {});
void write_frame(H5Writer& file, const std::string& path,
                 const std::vector<std::string>& names,
                 const std::vector<std::string>& columns = {});
// obs and var of SmallCounts.
void write_frames(H5Writer& file);

// SmallCounts as X of a file with obs and var. `form` 0: by cells, 1: by genes,
// 2: dense.
void write_small_counts(const std::string& path, int form,
                        const Storage& storage);

// A complete file of the current encoding with a column of each kind.
void write_h5ad(const std::string& path, const Storage& storage = {});

}  // namespace support

#endif
