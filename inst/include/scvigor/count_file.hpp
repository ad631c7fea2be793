#ifndef SCVIGOR_COUNT_FILE_HPP
#define SCVIGOR_COUNT_FILE_HPP

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "scvigor/error.hpp"

namespace scvigor {

// One column of a table of cells or genes.
struct AnnotationColumn {
  enum class Kind { kNumber, kInteger, kLogical, kText, kFactor };

  std::string name;
  Kind kind = Kind::kNumber;
  std::vector<double> numbers;      // kNumber
  std::vector<std::int32_t> codes;  // kInteger, kLogical, kFactor (from 0)
  std::vector<std::string> text;    // kText: the values; kFactor: the levels
  bool ordered = false;             // kFactor
  // One per row, not 0 where the value is missing; empty: no value is missing.
  std::vector<std::int8_t> missing;
};

// A column that could not be read; the rest of the file could.
struct SkippedColumn {
  std::string name;
  std::string reason;
};

// What a file says about its cells or its genes. Text is UTF-8.
struct Annotation {
  std::vector<std::string> names;
  std::vector<AnnotationColumn> columns;
  std::vector<SkippedColumn> skipped;
};

enum class CountFileFormat { kH5ad, kTenx, kH5mu, kMatrixMarket };

// A file of counts: AnnData's .h5ad (any version, sparse either way or dense),
// a modality of MuData's .h5mu, 10x Genomics' .h5 (CellRanger 2 and later), or
// a Matrix Market file of genes x cells, alone or in the folder of Cell Ranger.
// Errors are FileErrors that say what the file holds instead. It is read in a
// child process: a damaged file cannot crash the caller.
class CountFile {
 public:
  // `assay` is the matrix to read: "X", "raw/X", the name of a layer; in an
  // .h5mu file one of these after the name of a modality, "rna" or "rna/X"; in
  // a 10x file of CellRanger 2 the genome. Empty: the first of X,
  // layers/counts and raw/X that holds counts, that is whole numbers which are
  // not negative. Where several do, one with nothing but 0, or nothing but 0
  // and 1, gives way to another, and X to a layer "counts" of other values.
  // `poll` is called regularly; an exception from it ends the reading.
  explicit CountFile(const std::string& path, const std::string& assay = "",
                     const std::function<void()>& poll = {});
  CountFile(CountFile&&) noexcept;
  CountFile& operator=(CountFile&&) noexcept;
  ~CountFile();

  CountFileFormat format() const;
  const std::string& assay() const;                // the one that is read
  const std::vector<std::string>& assays() const;  // of the file
  // Why that one is read, where it is not the only or the first choice.
  const std::string& note() const;
  std::int64_t n_cells() const;
  std::int64_t n_genes() const;
  const Annotation& cells() const;
  const Annotation& genes() const;

  // The size of the arrays for read().
  std::int64_t n_entries() const;

  struct Result {
    std::int64_t n_entries = 0;     // fewer where entries were duplicated
    std::int64_t n_not_counts = 0;  // values negative, fractional or NaN
    double not_a_count = 0.0;       // the first of them
  };
  // Fills the caller's arrays, compressed by cell, genes ascending and unique
  // within a cell: `indptr` has n_cells + 1 elements, `genes` and `values`
  // n_entries(). This is R's dgCMatrix of genes x cells (p, i, x). The file
  // itself was read before; until the end of this object its entries are kept,
  // in three to twelve bytes each.
  Result read(std::int32_t* indptr, std::int32_t* genes, double* values) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace scvigor

#endif
