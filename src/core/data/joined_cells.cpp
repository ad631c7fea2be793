#include <algorithm>
#include <utility>

#include "data/count_views.hpp"
#include "util/parallel.hpp"

namespace scvigor {
namespace {

constexpr std::int64_t kCellsPerTask = 64;

class JoinedCells final : public CountSource {
 public:
  explicit JoinedCells(std::vector<std::shared_ptr<const CountSource>> parts)
      : parts_(std::move(parts)) {
    for (const auto& part : parts_)
      ends_.push_back((ends_.empty() ? 0 : ends_.back()) + part->n_cells());
  }

  std::int64_t n_cells() const override { return ends_.back(); }
  std::int64_t n_genes() const override { return parts_[0]->n_genes(); }

  void read(const std::int64_t* cells, std::int64_t n,
            CsrBlock& out) const override {
    std::vector<Share> shares(parts_.size());
    std::vector<std::pair<std::size_t, std::int64_t>> locations;  // in a share
    locations.reserve(static_cast<std::size_t>(n));
    for (std::int64_t i = 0; i < n; ++i) {
      const auto part = part_of(cells[i]);
      std::vector<std::int64_t>& chosen = shares[part].cells;
      locations.emplace_back(part, static_cast<std::int64_t>(chosen.size()));
      chosen.push_back(in_part(cells[i], part));
    }
    for (std::size_t part = 0; part < parts_.size(); ++part) {
      const auto n_chosen =
          static_cast<std::int64_t>(shares[part].cells.size());
      if (n_chosen == 0) continue;
      CsrBlock& block = n_chosen == n ? out : shares[part].block;
      parts_[part]->read(shares[part].cells.data(), n_chosen, block);
      if (n_chosen == n) return;
    }
    merge(shares, locations, out);
  }

  double file_bytes() const override {
    double bytes = 0.0;
    for (const auto& part : parts_) bytes += part->file_bytes();
    return bytes;
  }
  // One file after another.
  std::int64_t file_position(std::int64_t cell) const override {
    constexpr std::int64_t kMaxFile = std::int64_t{1} << 44;
    const auto part = part_of(cell);
    return static_cast<std::int64_t>(part) * kMaxFile +
           parts_[part]->file_position(in_part(cell, part));
  }
  void will_read(const std::int64_t* cells, std::int64_t n) const override {
    std::vector<std::vector<std::int64_t>> chosen(parts_.size());
    for (std::int64_t i = 0; i < n; ++i) {
      const auto part = part_of(cells[i]);
      chosen[part].push_back(in_part(cells[i], part));
    }
    for (std::size_t part = 0; part < parts_.size(); ++part)
      parts_[part]->will_read(chosen[part].data(),
                              static_cast<std::int64_t>(chosen[part].size()));
  }

 private:
  std::size_t part_of(std::int64_t cell) const {
    return static_cast<std::size_t>(
        std::upper_bound(ends_.begin(), ends_.end(), cell) - ends_.begin());
  }
  std::int64_t in_part(std::int64_t cell, std::size_t part) const {
    return cell - (part > 0 ? ends_[part - 1] : 0);
  }

  struct Share {
    std::vector<std::int64_t> cells;
    CsrBlock block;
  };

  static void merge(
      const std::vector<Share>& shares,
      const std::vector<std::pair<std::size_t, std::int64_t>>& locations,
      CsrBlock& out) {
    const auto n = static_cast<std::int64_t>(locations.size());
    out.indptr.assign(static_cast<std::size_t>(n) + 1, 0);
    for (std::int64_t i = 0; i < n; ++i) {
      const auto& [part, at] = locations[static_cast<std::size_t>(i)];
      const auto& indptr = shares[part].block.indptr;
      out.indptr[i + 1] = out.indptr[i] + indptr[at + 1] - indptr[at];
    }
    out.genes.resize(static_cast<std::size_t>(out.indptr[n]));
    out.values.resize(static_cast<std::size_t>(out.indptr[n]));
    parallel_for(0, n, kCellsPerTask, [&](std::int64_t b, std::int64_t e) {
      for (auto i = b; i < e; ++i) {
        const auto& [part, at] = locations[static_cast<std::size_t>(i)];
        const CsrBlock& block = shares[part].block;
        const auto begin = block.indptr[at], end = block.indptr[at + 1];
        std::copy(block.genes.begin() + begin, block.genes.begin() + end,
                  out.genes.begin() + out.indptr[i]);
        std::copy(block.values.begin() + begin, block.values.begin() + end,
                  out.values.begin() + out.indptr[i]);
      }
    });
  }

  std::vector<std::shared_ptr<const CountSource>> parts_;
  std::vector<std::int64_t> ends_;  // of the cells of each part
};

}  // namespace

std::shared_ptr<const CountSource> core::join_cells(
    std::vector<std::shared_ptr<const CountSource>> parts) {
  return std::make_shared<JoinedCells>(std::move(parts));
}

}  // namespace scvigor
