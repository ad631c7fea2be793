#ifndef SCVIGOR_CORE_DATA_CELL_ASSEMBLER_HPP
#define SCVIGOR_CORE_DATA_CELL_ASSEMBLER_HPP

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "io/counts/count_matrix.hpp"
#include "io/counts/merge_genes.hpp"
#include "scvigor/count_stream.hpp"
#include "scvigor/counts.hpp"

namespace scvigor {

// What of a matrix is kept.
struct CountSelection {
  std::vector<std::int8_t> cells;   // 0: left out; empty: all are kept
  std::vector<std::int32_t> genes;  // of each gene, its number or -1; or empty
  bool keeps_cell(std::int64_t cell) const {
    return cells.empty() || cells[static_cast<std::size_t>(cell)] != 0;
  }
  std::int32_t gene(std::int32_t gene) const {
    return genes.empty() ? gene : genes[static_cast<std::size_t>(gene)];
  }
};

// Cells that are complete, one after another, as a block.
class CellSink {
 public:
  explicit CellSink(const CountSelection& selection) : selection_(selection) {}

  // Entries of the next cell, in any order, which are sorted and summed. Their
  // genes are those of the file. Cells that are not kept are passed over.
  void append(std::int64_t cell, std::vector<std::int32_t>& genes,
              std::vector<double>& values);
  void append(std::int64_t cell, EntryArrays entries, std::int64_t n);

  CsrBlock& block() { return block_; }
  const CountStream::NotCounts& not_counts() const { return not_counts_; }

 private:
  const CountSelection& selection_;
  CsrBlock block_;
  CountStream::NotCounts not_counts_;
  MergeScratch scratch_;
};

// Makes cells of the blocks of a matrix. Trusts nothing that arrives.
class CellAssembler {
 public:
  CellAssembler(std::int64_t n_cells, std::int64_t n_genes,
                const CountSelection& selection)
      : n_cells_(n_cells), n_genes_(n_genes), sink_(selection) {}
  virtual ~CellAssembler() = default;
  CellAssembler(const CellAssembler&) = delete;
  CellAssembler& operator=(const CellAssembler&) = delete;

  // The next block. To be called when take() has nothing more to give.
  virtual void add(PackedBlock block) = 0;
  // After the last block.
  virtual void end() = 0;
  // Swaps cells that are complete into `out`; false where there are too few as
  // yet, or no more.
  virtual bool take(CsrBlock& out) = 0;

  const CountStream::NotCounts& not_counts() const {
    return sink_.not_counts();
  }

 protected:
  bool give(CsrBlock& out);

  std::int64_t n_cells_;
  std::int64_t n_genes_;
  CellSink sink_;
};

// For any order. What is too much for memory lies in a temporary file in
// `folder`. `selection` must outlive it.
std::unique_ptr<CellAssembler> assemble_cells(std::int64_t n_cells,
                                              std::int64_t n_genes,
                                              const EntryOrder& order,
                                              const CountSelection& selection,
                                              const std::string& folder);

}  // namespace scvigor

#endif
