#include "data/count_views.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "util/parallel.hpp"

namespace scvigor {
namespace {

constexpr std::int64_t kCellsPerTask = 64;

class CellView final : public CountSource {
 public:
  CellView(std::shared_ptr<const CountSource> source,
           std::vector<std::int64_t> cells)
      : source_(std::move(source)), cells_(std::move(cells)) {}

  std::int64_t n_cells() const override {
    return static_cast<std::int64_t>(cells_.size());
  }
  std::int64_t n_genes() const override { return source_->n_genes(); }
  void read(const std::int64_t* cells, std::int64_t n,
            CsrBlock& out) const override {
    const auto source_cells = in_source(cells, n);
    source_->read(source_cells.data(), n, out);
  }

  double file_bytes() const override {
    const auto n = static_cast<double>(source_->n_cells());
    return n > 0.0 ? source_->file_bytes() *
                         std::min(1.0, static_cast<double>(n_cells()) / n)
                   : 0.0;
  }
  std::int64_t file_position(std::int64_t cell) const override {
    return source_->file_position(cells_[static_cast<std::size_t>(cell)]);
  }
  void will_read(const std::int64_t* cells, std::int64_t n) const override {
    const auto source_cells = in_source(cells, n);
    source_->will_read(source_cells.data(), n);
  }

 private:
  std::vector<std::int64_t> in_source(const std::int64_t* cells,
                                      std::int64_t n) const {
    std::vector<std::int64_t> out(static_cast<std::size_t>(n));
    std::transform(cells, cells + n, out.begin(), [&](std::int64_t cell) {
      return cells_[static_cast<std::size_t>(cell)];
    });
    return out;
  }

  std::shared_ptr<const CountSource> source_;
  std::vector<std::int64_t> cells_;
};

class GeneView final : public CountSource {
 public:
  GeneView(std::shared_ptr<const CountSource> source,
           const std::vector<std::int64_t>& genes)
      : source_(std::move(source)),
        n_genes_(static_cast<std::int64_t>(genes.size())),
        in_view_(static_cast<std::size_t>(source_->n_genes()), -1) {
    std::int64_t last = -1;
    for (std::size_t g = 0; g < genes.size(); ++g) {
      if (genes[g] < 0) continue;
      in_view_[static_cast<std::size_t>(genes[g])] =
          static_cast<std::int32_t>(g);
      keeps_order_ = keeps_order_ && genes[g] > last;
      last = genes[g];
    }
  }

  std::int64_t n_cells() const override { return source_->n_cells(); }
  std::int64_t n_genes() const override { return n_genes_; }

  void read(const std::int64_t* cells, std::int64_t n,
            CsrBlock& out) const override {
    // Kept, as memory that is new costs more than the copy. Another view of
    // the same thread may be the source, so each depth has its own.
    thread_local std::vector<std::unique_ptr<CsrBlock>> spare;
    std::unique_ptr<CsrBlock> block;
    if (spare.empty()) {
      block = std::make_unique<CsrBlock>();
    } else {
      block = std::move(spare.back());
      spare.pop_back();
    }
    source_->read(cells, n, *block);
    count(*block, out);
    parallel_for(0, n, kCellsPerTask, [&](std::int64_t b, std::int64_t e) {
      for (auto i = b; i < e; ++i) copy_cell(*block, i, out);
    });
    spare.push_back(std::move(block));
  }

  double file_bytes() const override { return source_->file_bytes(); }
  std::int64_t file_position(std::int64_t cell) const override {
    return source_->file_position(cell);
  }
  void will_read(const std::int64_t* cells, std::int64_t n) const override {
    source_->will_read(cells, n);
  }

 private:
  std::int32_t in_view(std::int32_t gene) const {
    return in_view_[static_cast<std::size_t>(gene)];
  }

  // Makes room in `out` for the genes that are in the view.
  void count(const CsrBlock& block, CsrBlock& out) const {
    const auto n = block.n_cells();
    out.indptr.resize(static_cast<std::size_t>(n) + 1);
    out.indptr[0] = 0;
    parallel_for(0, n, kCellsPerTask, [&](std::int64_t b, std::int64_t e) {
      for (auto i = b; i < e; ++i) {
        std::int64_t found = 0;
        for (auto k = block.indptr[i]; k < block.indptr[i + 1]; ++k)
          found += in_view(block.genes[k]) >= 0;
        out.indptr[i + 1] = found;
      }
    });
    for (std::int64_t i = 0; i < n; ++i) out.indptr[i + 1] += out.indptr[i];
    out.genes.resize(static_cast<std::size_t>(out.indptr[n]));
    out.values.resize(static_cast<std::size_t>(out.indptr[n]));
  }

  void copy_cell(const CsrBlock& block, std::int64_t cell,
                 CsrBlock& out) const {
    const auto begin = out.indptr[cell];
    auto to = begin;
    for (auto k = block.indptr[cell]; k < block.indptr[cell + 1]; ++k) {
      const std::int32_t gene = in_view(block.genes[k]);
      if (gene < 0) continue;
      out.genes[to] = gene;
      out.values[to] = block.values[k];
      ++to;
    }
    if (!keeps_order_) sort_by_gene(out, begin, to);
  }

  static void sort_by_gene(CsrBlock& out, std::int64_t begin,
                           std::int64_t end) {
    std::vector<std::pair<std::int32_t, float>> entries;
    entries.reserve(static_cast<std::size_t>(end - begin));
    for (auto k = begin; k < end; ++k)
      entries.emplace_back(out.genes[k], out.values[k]);
    std::sort(entries.begin(), entries.end());
    for (auto k = begin; k < end; ++k)
      std::tie(out.genes[k], out.values[k]) =
          entries[static_cast<std::size_t>(k - begin)];
  }

  std::shared_ptr<const CountSource> source_;
  std::int64_t n_genes_;
  std::vector<std::int32_t> in_view_;  // of every gene of the source, or -1
  bool keeps_order_ = true;
};

}  // namespace

namespace core {

std::shared_ptr<const CountSource> view_cells(
    std::shared_ptr<const CountSource> source,
    std::vector<std::int64_t> cells) {
  return std::make_shared<CellView>(std::move(source), std::move(cells));
}

std::shared_ptr<const CountSource> view_genes(
    std::shared_ptr<const CountSource> source,
    const std::vector<std::int64_t>& genes) {
  return std::make_shared<GeneView>(std::move(source), genes);
}

}  // namespace core
}  // namespace scvigor
