#ifndef SCVIGOR_CORE_DATA_PACKED_SOURCE_HPP
#define SCVIGOR_CORE_DATA_PACKED_SOURCE_HPP

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/byte_store.hpp"
#include "data/packed_cell.hpp"
#include "scvigor/counts.hpp"

namespace scvigor {

// Packed cells in a store. Those of a file are checked whenever they are read;
// `name` is the file, for messages.
struct PackedCells {
  std::shared_ptr<const ByteStore> store;
  std::vector<PackedCell> cells;
  std::int64_t n_genes = 0;
  std::string name;
};

std::shared_ptr<const CountSource> view_packed_cells(PackedCells cells);

// Packs `cells`, which are stored as they come, into `store`.
class CellPacker {
 public:
  CellPacker(std::unique_ptr<ByteStore> store, std::int64_t n_genes,
             std::string name);

  // Genes ascend within a cell. Zeros are left out.
  void append(const CsrBlock& block);
  std::int64_t n_cells() const {
    return static_cast<std::int64_t>(out_.cells.size());
  }
  PackedCells finish();

 private:
  std::unique_ptr<ByteStore> store_;
  PackedCells out_;
};

}  // namespace scvigor

#endif
