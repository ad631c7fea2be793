#include "data/cell_assembler.hpp"

#include <algorithm>
#include <utility>

#include "data/bucketed_cells.hpp"

namespace scvigor {

namespace {

// A block of cells that is handed out; cells may be empty.
constexpr std::size_t kBlockEntries = std::size_t{1} << 18;
constexpr std::int64_t kBlockCells = std::int64_t{1} << 14;

// A matrix that comes cell after cell.
class OrderedCells final : public CellAssembler {
 public:
  using CellAssembler::CellAssembler;

  void add(PackedBlock block) override {
    check_block(block, n_cells_, n_genes_);
    if (!block.by_cells || block.first < cell_) fail_inconsistent();
    block_ = std::move(block);
    run_ = 0;
    entry_ = 0;
  }

  void end() override {
    is_ended_ = true;
    block_ = PackedBlock();
    block_.first = static_cast<std::int32_t>(n_cells_);
    run_ = 0;
  }

  bool take(CsrBlock& out) override {
    while (run_ < block_.lengths.size()) {
      if (!close_until(block_.first + static_cast<std::int64_t>(run_)))
        return give(out);
      append_run(static_cast<std::size_t>(block_.lengths[run_]));
      ++run_;
    }
    if (is_ended_ && (!close_until(n_cells_) || sink_.block().n_cells() > 0))
      return give(out);
    return false;
  }

 private:
  // Completes the cells before `cell`. False where a block is full first.
  bool close_until(std::int64_t cell) {
    while (cell_ < cell) {
      const CsrBlock& block = sink_.block();
      if (block.genes.size() >= kBlockEntries || block.n_cells() >= kBlockCells)
        return false;
      sink_.append(cell_, genes_, values_);
      genes_.clear();
      values_.clear();
      ++cell_;
    }
    return true;
  }

  void append_run(std::size_t length) {
    block_.indices.visit([&](const auto* indices) {
      genes_.insert(genes_.end(), indices + entry_, indices + entry_ + length);
    });
    block_.values.visit([&](const auto* values) {
      values_.insert(values_.end(), values + entry_, values + entry_ + length);
    });
    entry_ += length;
  }

  PackedBlock block_;  // and which of its runs and entries come next
  std::size_t run_ = 0;
  std::size_t entry_ = 0;
  std::int64_t cell_ = 0;  // that is not complete, and its entries
  std::vector<std::int32_t> genes_;
  std::vector<double> values_;
  bool is_ended_ = false;
};

}  // namespace

void CellSink::append(std::int64_t cell, std::vector<std::int32_t>& genes,
                      std::vector<double>& values) {
  append(cell, {genes.data(), values.data()},
         static_cast<std::int64_t>(genes.size()));
}

void CellSink::append(std::int64_t cell, EntryArrays entries, std::int64_t n) {
  if (!selection_.keeps_cell(cell)) return;
  n = merge_genes(entries, 0, n, 0, scratch_);
  for (std::int64_t k = 0; k < n; ++k) {
    const std::int32_t gene = selection_.gene(entries.genes[k]);
    const double value = entries.values[k];
    if (gene < 0) continue;
    if (!is_count(value) && not_counts_.n++ == 0) {
      not_counts_.value = value;
      not_counts_.cell = cell;
      not_counts_.gene = entries.genes[k];
    }
    block_.genes.push_back(gene);
    block_.values.push_back(static_cast<float>(value));
  }
  block_.end_cell();
}

bool CellAssembler::give(CsrBlock& out) {
  std::swap(out, sink_.block());
  sink_.block().clear();
  return true;
}

std::unique_ptr<CellAssembler> assemble_cells(std::int64_t n_cells,
                                              std::int64_t n_genes,
                                              const EntryOrder& order,
                                              const CountSelection& selection,
                                              const std::string& folder) {
  if (order.cells_at_once == 1)
    return std::make_unique<OrderedCells>(n_cells, n_genes, selection);
  return std::make_unique<BucketedCells>(n_cells, n_genes, order, selection,
                                         folder);
}

}  // namespace scvigor
