#ifndef SCVIGOR_CORE_DATA_BUCKETED_CELLS_HPP
#define SCVIGOR_CORE_DATA_BUCKETED_CELLS_HPP

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "data/byte_store.hpp"
#include "data/cell_assembler.hpp"

namespace scvigor {

// How much of a group is where. Tests have smaller ones.
struct BucketLimits {
  std::int64_t bucket_entries = std::int64_t{1} << 21;
  // Of all buckets together, before they are written.
  std::int64_t unwritten_entries = std::int64_t{1} << 21;
  double bytes_in_memory = 128 << 20;  // of a store
};

// A matrix whose cells come in groups, the entries of a group in any order: by
// genes, the group is all cells. A group is distributed over buckets, each for
// a range of cells whose entries fit in memory; a bucket is written piece by
// piece to a store, and read when the group is complete.
class BucketedCells final : public CellAssembler {
 public:
  BucketedCells(std::int64_t n_cells, std::int64_t n_genes,
                const EntryOrder& order, const CountSelection& selection,
                std::string folder, const BucketLimits& limits = {});

  void add(PackedBlock block) override;
  void end() override;
  bool take(CsrBlock& out) override;

 private:
  struct Bucket {
    std::vector<std::int32_t> cells;  // counted from the first of the bucket
    std::vector<std::int32_t> genes;
    std::vector<double> values;
    // In the store, from where and how many bytes.
    std::vector<std::pair<std::int64_t, std::int64_t>> pieces;
    std::int64_t n_entries = 0;
  };

  void begin_group(std::int64_t group);
  void distribute(const PackedBlock& block);
  void put(std::int64_t cell, std::int32_t gene, double value);
  void write(Bucket& bucket);
  void give_bucket(Bucket& bucket, std::int64_t first, std::int64_t n);
  Bucket with_all_entries(Bucket& bucket);

  const CountSelection& selection_;
  std::string folder_;
  BucketLimits limits_;
  std::int64_t cells_at_once_;
  double entries_per_cell_;
  std::int64_t width_ = 1;         // cells of a bucket
  std::size_t piece_entries_ = 1;  // of a bucket in memory
  std::unique_ptr<ByteStore> store_;
  std::vector<Bucket> buckets_;
  std::int64_t group_ = -1;
  std::int64_t first_ = 0, end_ = 0;  // cells of the group
  std::int64_t next_ = 0;             // bucket to give
  bool is_complete_ = false;          // the group
  bool is_ended_ = false;
  PackedBlock waiting_;  // the first of a later group
};

}  // namespace scvigor

#endif
