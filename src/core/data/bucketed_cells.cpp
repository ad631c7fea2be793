#include "data/bucketed_cells.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "util/ceil_div.hpp"

namespace scvigor {

namespace {

constexpr std::int64_t kMaxBuckets = 4096;
// Indices of 16 bits.
constexpr std::int64_t kMaxWidth = std::int64_t{1} << 16;
constexpr std::int64_t kMinPiece = 512;
// Written, an entry takes some five bytes.
constexpr double kBytesPerEntry = 5;

}  // namespace

BucketedCells::BucketedCells(std::int64_t n_cells, std::int64_t n_genes,
                             const EntryOrder& order,
                             const CountSelection& selection,
                             std::string folder, const BucketLimits& limits)
    : CellAssembler(n_cells, n_genes, selection),
      selection_(selection),
      folder_(std::move(folder)),
      limits_(limits),
      cells_at_once_(std::clamp<std::int64_t>(
          order.cells_at_once, 1, std::max<std::int64_t>(1, n_cells))),
      entries_per_cell_(n_cells == 0 ? 0
                                     : static_cast<double>(order.max_entries) /
                                           static_cast<double>(n_cells)) {
  const double in_group =
      entries_per_cell_ * static_cast<double>(cells_at_once_);
  const auto n_buckets = static_cast<std::int64_t>(std::clamp(
      std::ceil(in_group / static_cast<double>(limits_.bucket_entries)), 1.0,
      static_cast<double>(kMaxBuckets)));
  width_ = std::clamp<std::int64_t>(ceil_div(cells_at_once_, n_buckets), 1,
                                    kMaxWidth);
  piece_entries_ = static_cast<std::size_t>(
      std::max(std::min(kMinPiece, limits_.bucket_entries),
               limits_.unwritten_entries / ceil_div(cells_at_once_, width_)));
  begin_group(0);
}

void BucketedCells::begin_group(std::int64_t group) {
  group_ = group;
  first_ = std::min(group * cells_at_once_, n_cells_);
  end_ = std::min(first_ + cells_at_once_, n_cells_);
  next_ = 0;
  is_complete_ = false;
  const auto n = static_cast<std::size_t>(ceil_div(end_ - first_, width_));
  buckets_.assign(n, Bucket());
  const double bytes =
      kBytesPerEntry * entries_per_cell_ * static_cast<double>(end_ - first_);
  store_.reset();
  store_ = bytes <= limits_.bytes_in_memory ? store_in_memory()
                                            : store_in_temporary_file(folder_);
}

void BucketedCells::add(PackedBlock block) {
  check_block(block, n_cells_, n_genes_);
  if (block.lengths.empty()) return;
  if (!block.by_cells) {
    if (cells_at_once_ < n_cells_) fail_inconsistent();
    return distribute(block);
  }
  const std::int64_t last =
      block.first + static_cast<std::int64_t>(block.lengths.size()) - 1;
  const std::int64_t group = block.first / cells_at_once_;
  if (group < group_ || last / cells_at_once_ != group) fail_inconsistent();
  if (group == group_) return distribute(block);
  is_complete_ = true;
  waiting_ = std::move(block);
}

void BucketedCells::end() {
  is_complete_ = true;
  is_ended_ = true;
}

bool BucketedCells::take(CsrBlock& out) {
  while (is_complete_) {
    if (next_ < static_cast<std::int64_t>(buckets_.size())) {
      const std::int64_t first = first_ + next_ * width_;
      give_bucket(buckets_[static_cast<std::size_t>(next_)], first,
                  std::min(width_, end_ - first));
      ++next_;
      return give(out);
    }
    if (end_ == n_cells_) return false;
    begin_group(group_ + 1);
    if (is_ended_ || waiting_.first >= end_) {
      is_complete_ = true;
    } else {
      distribute(std::exchange(waiting_, PackedBlock()));
    }
  }
  return false;
}

void BucketedCells::distribute(const PackedBlock& block) {
  block.indices.visit([&](const auto* indices) {
    block.values.visit([&](const auto* values) {
      std::size_t k = 0;
      for (std::size_t run = 0; run < block.lengths.size(); ++run) {
        const std::int64_t major = block.first + static_cast<std::int64_t>(run);
        const std::size_t end =
            k + static_cast<std::size_t>(block.lengths[run]);
        for (; k < end; ++k) {
          const auto minor = static_cast<std::int64_t>(indices[k]);
          const auto value = static_cast<double>(values[k]);
          if (block.by_cells)
            put(major, static_cast<std::int32_t>(minor), value);
          else
            put(minor, static_cast<std::int32_t>(major), value);
        }
      }
    });
  });
}

void BucketedCells::put(std::int64_t cell, std::int32_t gene, double value) {
  if (selection_.gene(gene) < 0 || !selection_.keeps_cell(cell)) return;
  Bucket& bucket = buckets_[static_cast<std::size_t>((cell - first_) / width_)];
  bucket.cells.push_back(static_cast<std::int32_t>((cell - first_) % width_));
  bucket.genes.push_back(gene);
  bucket.values.push_back(value);
  ++bucket.n_entries;
  if (bucket.cells.size() >= piece_entries_) write(bucket);
}

void BucketedCells::write(Bucket& bucket) {
  std::string bytes;
  WireWriter writer(
      [&](const char* part, std::size_t n) { bytes.append(part, n); });
  PackedNumbers(bucket.cells).put(writer);
  PackedNumbers(bucket.genes).put(writer);
  PackedNumbers(bucket.values).put(writer);
  writer.flush();
  bucket.pieces.emplace_back(store_->append(bytes),
                             static_cast<std::int64_t>(bytes.size()));
  bucket.cells.clear();
  bucket.genes.clear();
  bucket.values.clear();
}

// The pieces in the order in which they were written, and what was not.
BucketedCells::Bucket BucketedCells::with_all_entries(Bucket& bucket) {
  Bucket all;
  const auto n = static_cast<std::size_t>(bucket.n_entries);
  for (auto* numbers : {&all.cells, &all.genes}) numbers->reserve(n);
  all.values.reserve(n);
  const auto append = [](const PackedNumbers& numbers, auto& out) {
    numbers.visit([&](const auto* values) {
      out.insert(out.end(), values, values + numbers.size());
    });
  };
  store_->flush();
  std::vector<unsigned char> buffer;
  for (const auto& [begin, length] : bucket.pieces) {
    const unsigned char* at = store_->read(begin, length, buffer);
    WireReader reader([&](char* out, std::size_t n_bytes) {
      std::memcpy(out, at, n_bytes);
      at += n_bytes;
    });
    PackedNumbers cells, genes, values;
    cells.get(reader);
    genes.get(reader);
    values.get(reader);
    append(cells, all.cells);
    append(genes, all.genes);
    append(values, all.values);
  }
  all.cells.insert(all.cells.end(), bucket.cells.begin(), bucket.cells.end());
  all.genes.insert(all.genes.end(), bucket.genes.begin(), bucket.genes.end());
  all.values.insert(all.values.end(), bucket.values.begin(),
                    bucket.values.end());
  return all;
}

void BucketedCells::give_bucket(Bucket& bucket, std::int64_t first,
                                std::int64_t n) {
  Bucket all = with_all_entries(bucket);
  bucket = Bucket();
  std::vector<std::int64_t> next(static_cast<std::size_t>(n) + 1, 0);
  for (const std::int32_t cell : all.cells)
    ++next[static_cast<std::size_t>(cell) + 1];
  for (std::size_t cell = 0; cell < static_cast<std::size_t>(n); ++cell)
    next[cell + 1] += next[cell];
  std::vector<std::int32_t> genes(all.cells.size());
  std::vector<double> values(all.cells.size());
  for (std::size_t k = 0; k < all.cells.size(); ++k) {
    const auto to = static_cast<std::size_t>(
        next[static_cast<std::size_t>(all.cells[k])]++);
    genes[to] = all.genes[k];
    values[to] = all.values[k];
  }
  // Now next[cell] is the end of the cell.
  std::int64_t begin = 0;
  for (std::int64_t cell = 0; cell < n; ++cell) {
    const std::int64_t cell_end = next[static_cast<std::size_t>(cell)];
    sink_.append(first + cell, {genes.data() + begin, values.data() + begin},
                 cell_end - begin);
    begin = cell_end;
  }
}

}  // namespace scvigor
