#ifndef SCVIGOR_PACKED_COUNTS_HPP
#define SCVIGOR_PACKED_COUNTS_HPP

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "scvigor/counts.hpp"

namespace scvigor {

// Counts in a compact form, some three bytes for each that is not 0, from which
// any cell is read at once: in memory, or in a file that may be larger than
// memory. inst/format/packed-counts.md describes the file.

// UTF-8. Empty where there are none.
struct PackedNames {
  std::vector<std::string> genes;
  std::vector<std::string> cells;
};

// Packs cells, one block after another.
class CountPacker {
 public:
  // In memory.
  explicit CountPacker(std::int64_t n_genes);
  // In a temporary file in `folder`, which is gone with the counts.
  static CountPacker in_temporary_file(std::int64_t n_genes,
                                       const std::string& folder);
  // In the file `path`, which exists once finish() was called.
  static CountPacker in_file(std::int64_t n_genes, const std::string& path,
                             bool overwrite);
  CountPacker(CountPacker&&) noexcept;
  CountPacker& operator=(CountPacker&&) noexcept;
  ~CountPacker();

  // Genes must ascend within a cell and be below n_genes.
  void append(const CsrBlock& block);
  std::int64_t n_cells() const;
  // To be called once. A file keeps `names`, all or none of each kind.
  std::shared_ptr<const CountSource> finish(const PackedNames& names = {});

 private:
  class Impl;
  explicit CountPacker(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

struct PackedFile {
  std::shared_ptr<const CountSource> counts;
  PackedNames names;
};
// Errors are FileErrors, also of what is read from the counts later on: a file
// that was damaged or changed cannot crash the caller.
PackedFile open_packed_file(const std::string& path);

// Views of other counts; nothing is copied.

// Gene g of the view is gene genes[g] of `source`, which may be -1: a gene that
// the source does not have, with counts of 0. No other number occurs twice.
std::shared_ptr<const CountSource> view_genes(
    std::shared_ptr<const CountSource> source,
    const std::vector<std::int64_t>& genes);

// Cell c of the view is cell cells[c] of `source`.
std::shared_ptr<const CountSource> view_cells(
    std::shared_ptr<const CountSource> source, std::vector<std::int64_t> cells);

// The cells of all parts, one part after another. All have the same genes.
std::shared_ptr<const CountSource> join_cells(
    std::vector<std::shared_ptr<const CountSource>> parts);

}  // namespace scvigor

#endif
