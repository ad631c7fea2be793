#include <algorithm>
#include <vector>

#include "io/counts/count_matrix.hpp"
#include "io/hdf5/h5_chunk.hpp"
#include "io/hdf5/h5_demand.hpp"
#include "io/hdf5/h5_numbers.hpp"

namespace scvigor {

namespace {

constexpr std::int64_t kBlock = 1 << 20;  // values read at once
constexpr std::int64_t kPiece = 1 << 16;  // values of a chunk unpacked at once

std::int64_t multiple_below(std::int64_t length, std::int64_t limit) {
  return std::max<std::int64_t>(length, limit / length * length);
}

// A rectangle of the matrix, `row_length` values from row to row.
struct Tile {
  std::int64_t cell = 0, n_cells = 0;
  std::int64_t gene = 0, n_genes = 0;
  std::int64_t row_length = 0;
  const unsigned char* bytes = nullptr;  // as in the file
};

class DenseMatrix : public CountMatrix {
 public:
  explicit DenseMatrix(const h5::Dataset& data)
      : CountMatrix(data, data.dims()[0], data.dims()[1]), data_(data) {}

  EntryOrder order() const override {
    constexpr auto kLayout = CountLocation::Layout::kDense;
    const std::int64_t max_entries = data_.size();
    if (max_entries == 0) return {1, 0, kLayout};
    if (h5::ChunkStream::suits(data_)) {
      const std::vector<std::int64_t>& chunk = data_.storage().chunk;
      return {chunk[1] >= n_genes_ ? 1 : chunk[0], max_entries, kLayout};
    }
    const Boxes boxes = boxes_of_tiles();
    return {boxes.columns >= n_genes_ ? 1 : boxes.band, max_entries, kLayout};
  }

  ValueSummary summarize() const override {
    ValueSummary summary;
    h5::NumberDecoder decoder(data_);
    for_tiles([&](const Tile& tile) {
      for_rows(tile, [&](const unsigned char* row) {
        decoder.for_nonzero(row, tile.n_genes, [&](std::int64_t, double value) {
          summary.add(value);
        });
      });
      return summary.are_counts;
    });
    return summary;
  }

  void stream(const EntrySink& sink) const override {
    EntryBlock block;
    h5::NumberDecoder decoder(data_);
    for_tiles([&](const Tile& tile) {
      block.clear();
      block.first = static_cast<std::int32_t>(tile.cell);
      for_rows(tile, [&](const unsigned char* row) {
        const std::size_t before = block.values.size();
        decoder.for_nonzero(
            row, tile.n_genes, [&](std::int64_t j, double value) {
              block.indices.push_back(static_cast<std::int32_t>(tile.gene + j));
              block.values.push_back(value);
            });
        block.lengths.push_back(
            static_cast<std::int32_t>(block.values.size() - before));
      });
      sink(block);
      return true;
    });
  }

 private:
  template <class Visit>
  void for_rows(const Tile& tile, Visit&& visit) const {
    const auto stride =
        tile.row_length * static_cast<std::int64_t>(data_.width());
    for (std::int64_t i = 0; i < tile.n_cells; ++i)
      visit(tile.bytes + i * stride);
  }

  // Calls visit(tile) until it returns false. Genes ascend from tile to tile
  // of a cell; every chunk is read once.
  template <class Visit>
  void for_tiles(Visit&& visit) const {
    if (n_cells_ == 0 || n_genes_ == 0) return;
    h5::announce({0, data_.bytes()});
    const bool has_zero_fill = is_zero(h5::fill_value(data_));
    if (!has_zero_fill) data_.check_written();
    if (data_.storage().stored_bytes == 0 && has_zero_fill) return;
    if (h5::ChunkStream::suits(data_))
      for_tiles_of_chunks(visit);
    else
      for_tiles_of_boxes(visit);
  }

  static bool is_zero(const std::vector<unsigned char>& bytes) {
    return std::all_of(bytes.begin(), bytes.end(),
                       [](unsigned char byte) { return byte == 0; });
  }

  // Chunk by chunk, some rows of it at a time.
  template <class Visit>
  void for_tiles_of_chunks(Visit&& visit) const {
    const std::int64_t height = data_.storage().chunk[0];
    const std::int64_t width = data_.storage().chunk[1];
    const std::int64_t rows =
        std::clamp<std::int64_t>(kPiece / width, 1, height);
    std::vector<unsigned char> bytes(static_cast<std::size_t>(rows * width) *
                                     data_.width());
    for (std::int64_t top = 0; top < n_cells_; top += height)
      for (std::int64_t left = 0; left < n_genes_; left += width) {
        h5::ChunkStream chunk(data_, {top, left});
        if (!chunk.is_written() && is_zero(chunk.fill())) continue;
        const std::int64_t bottom = std::min(top + height, n_cells_);
        for (std::int64_t cell = top; cell < bottom; cell += rows) {
          const std::int64_t n = std::min(rows, bottom - cell);
          chunk.read(n * width, bytes.data());
          if (!visit(Tile{cell, n, left, std::min(width, n_genes_ - left),
                          width, bytes.data()}))
            return;
        }
      }
  }

  struct Boxes {
    std::int64_t columns, band;
  };
  Boxes boxes_of_tiles() const {
    const std::vector<std::int64_t>& chunk = data_.storage().chunk;
    const std::int64_t columns = std::clamp<std::int64_t>(
        multiple_below(chunk[1], kBlock / chunk[0]), 1, n_genes_);
    return {columns,
            std::min(multiple_below(chunk[0], kBlock / columns), n_cells_)};
  }

  // A band of rows as high as a chunk; in it some columns; of these as many
  // rows as fit, should a single chunk be too much.
  template <class Visit>
  void for_tiles_of_boxes(Visit&& visit) const {
    const auto [columns, band] = boxes_of_tiles();
    const std::int64_t rows =
        std::clamp<std::int64_t>(kBlock / columns, 1, band);
    std::vector<unsigned char> bytes(static_cast<std::size_t>(rows * columns) *
                                     data_.width());
    for (std::int64_t top = 0; top < n_cells_; top += band) {
      const std::int64_t bottom = std::min(top + band, n_cells_);
      for (std::int64_t gene = 0; gene < n_genes_; gene += columns) {
        const std::int64_t width = std::min(columns, n_genes_ - gene);
        for (std::int64_t cell = top; cell < bottom; cell += rows) {
          const std::int64_t n = std::min(rows, bottom - cell);
          data_.read_as(data_.type(), {cell, gene}, {n, width}, bytes.data(),
                        H5P_DEFAULT);
          if (!visit(Tile{cell, n, gene, width, width, bytes.data()})) return;
        }
      }
    }
  }

  h5::Dataset data_;
};

}  // namespace

std::unique_ptr<CountMatrix> open_dense(const h5::Group& parent,
                                        const std::string& name) {
  const auto data = h5::Dataset::open(parent, name, h5::Unwritten::kAllowed);
  if (data.dims().size() != 2)
    data.fail("has " + std::to_string(data.dims().size()) +
              " dimensions; a matrix of counts has 2.");
  if (!data.is_number())
    data.fail("does not hold numbers, but " + h5::describe_type(data.type()) +
              ".");
  return std::make_unique<DenseMatrix>(data);
}

}  // namespace scvigor
