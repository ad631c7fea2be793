#include "data/packed_source.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "scvigor/error.hpp"
#include "util/ascending.hpp"
#include "util/parallel.hpp"

namespace scvigor {
namespace {

constexpr std::int64_t kCellsPerTask = 16;
constexpr std::int64_t kMaxRun = std::int64_t{1} << 20;  // bytes
// Between cells that are fetched at once, of a disk's block.
constexpr std::int64_t kMaxGap = 4096;

class PackedSource final : public CountSource {
 public:
  explicit PackedSource(PackedCells packed) : packed_(std::move(packed)) {}

  std::int64_t n_cells() const override {
    return static_cast<std::int64_t>(packed_.cells.size());
  }
  std::int64_t n_genes() const override { return packed_.n_genes; }

  void read(const std::int64_t* cells, std::int64_t n,
            CsrBlock& out) const override {
    out.indptr.resize(static_cast<std::size_t>(n) + 1);
    out.indptr[0] = 0;
    for (std::int64_t i = 0; i < n; ++i)
      out.indptr[i + 1] = out.indptr[i] + at(cells[i]).n_counts;
    const auto n_counts = static_cast<std::size_t>(out.indptr[n]);
    out.genes.resize(n_counts);
    out.values.resize(n_counts);
    parallel_for(0, n, kCellsPerTask, [&](std::int64_t b, std::int64_t e) {
      std::vector<unsigned char> buffer;
      while (b < e) b += read_run(cells + b, e - b, out, b, buffer);
    });
  }

  double file_bytes() const override {
    double bytes = 0.0;
    if (packed_.store->is_file())
      for (const PackedCell& cell : packed_.cells)
        bytes += static_cast<double>(n_bytes(cell, n_genes()));
    return bytes;
  }

  std::int64_t file_position(std::int64_t cell) const override {
    return at(cell).begin;
  }

  void will_read(const std::int64_t* cells, std::int64_t n) const override {
    if (!packed_.store->is_file()) return;
    using Range = std::pair<std::int64_t, std::int64_t>;
    std::vector<Range> ranges;
    ranges.reserve(static_cast<std::size_t>(n));
    for (std::int64_t i = 0; i < n; ++i) {
      const PackedCell& cell = at(cells[i]);
      ranges.emplace_back(cell.begin, cell.begin + n_bytes(cell, n_genes()));
    }
    std::sort(ranges.begin(), ranges.end());
    for (std::size_t i = 0; i < ranges.size();) {
      Range joined = ranges[i];
      for (; i < ranges.size() && ranges[i].first <= joined.second + kMaxGap;
           ++i)
        joined.second = std::max(joined.second, ranges[i].second);
      packed_.store->will_read(joined.first, joined.second - joined.first);
    }
  }

 private:
  const PackedCell& at(std::int64_t cell) const {
    return packed_.cells[static_cast<std::size_t>(cell)];
  }

  // Reads the first of n cells, with those that follow it in the store, too.
  // Returns how many they are.
  std::int64_t read_run(const std::int64_t* cells, std::int64_t n,
                        CsrBlock& out, std::int64_t first,
                        std::vector<unsigned char>& buffer) const {
    const std::int64_t begin = at(cells[0]).begin;
    std::int64_t end = begin + n_bytes(at(cells[0]), n_genes());
    std::int64_t length = 1;
    if (packed_.store->is_file())
      for (; length < n && end - begin < kMaxRun; ++length) {
        if (at(cells[length]).begin != end) break;
        end += n_bytes(at(cells[length]), n_genes());
      }
    const unsigned char* bytes =
        packed_.store->read(begin, end - begin, buffer);
    for (std::int64_t i = 0; i < length; ++i) {
      const PackedCell& cell = at(cells[i]);
      const std::int64_t to = out.indptr[first + i];
      unpack_cell(cell, bytes, n_genes(), out.genes.data() + to,
                  out.values.data() + to);
      if (packed_.store->is_file())
        check(cells[i], bytes, out.genes.data() + to);
      bytes += n_bytes(cell, n_genes());
    }
    return length;
  }

  void check(std::int64_t position, const unsigned char* bytes,
             const std::int32_t* genes) const {
    const PackedCell& cell = at(position);
    const auto n = static_cast<std::int64_t>(cell.n_counts);
    const bool ok =
        crc32_of(bytes, n_bytes(cell, n_genes())) == cell.checksum &&
        are_ascending_positions(genes, n, n_genes());
    if (!ok)
      throw FileError("The counts of cell " + std::to_string(position + 1) +
                      " in \"" + packed_.name +
                      "\" are damaged: pack them again.");
  }

  PackedCells packed_;
};

}  // namespace

std::shared_ptr<const CountSource> view_packed_cells(PackedCells cells) {
  return std::make_shared<PackedSource>(std::move(cells));
}

CellPacker::CellPacker(std::unique_ptr<ByteStore> store, std::int64_t n_genes,
                       std::string name)
    : store_(std::move(store)) {
  out_.n_genes = n_genes;
  out_.name = std::move(name);
}

void CellPacker::append(const CsrBlock& block) {
  std::string bytes;
  std::vector<std::int32_t> genes;
  std::vector<float> values;
  for (std::int64_t i = 0; i < block.n_cells(); ++i) {
    genes.clear();
    values.clear();
    for (auto k = block.indptr[i]; k < block.indptr[i + 1]; ++k) {
      if (block.values[k] == 0.0F) continue;
      genes.push_back(block.genes[k]);
      values.push_back(block.values[k]);
    }
    PackedCell cell =
        pack_cell(genes.data(), values.data(),
                  static_cast<std::int64_t>(genes.size()), out_.n_genes, bytes);
    cell.begin = store_->append(bytes);
    out_.cells.push_back(cell);
  }
}

PackedCells CellPacker::finish() {
  store_->flush();
  out_.store = std::move(store_);
  return std::move(out_);
}

}  // namespace scvigor
