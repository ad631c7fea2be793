#include "scvigor/packed_counts.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "data/count_views.hpp"
#include "data/packed_file.hpp"
#include "data/packed_source.hpp"
#include "scvigor/error.hpp"
#include "util/ascending.hpp"

namespace scvigor {
namespace {

void check_n_genes(std::int64_t n_genes) {
  if (n_genes < 0 || n_genes >= std::numeric_limits<std::int32_t>::max())
    throw ArgumentError(
        "x", "Counts cannot have " + std::to_string(n_genes) + " genes.");
}

void check_block(const CsrBlock& block, std::int64_t n_genes) {
  const auto n = static_cast<std::int64_t>(block.genes.size());
  bool ok = !block.indptr.empty() && block.indptr.front() == 0 &&
            block.indptr.back() == n &&
            block.values.size() == block.genes.size();
  for (std::int64_t i = 0; ok && i < block.n_cells(); ++i) {
    const auto begin = block.indptr[i];
    const auto length = block.indptr[i + 1] - begin;
    ok = length >= 0 && begin + length <= n &&
         are_ascending_positions(block.genes.data() + begin, length, n_genes);
  }
  if (!ok)
    throw ArgumentError(
        "x", "The genes of every cell must ascend and be among the " +
                 std::to_string(n_genes) + " genes.");
}

void check_positions(const std::vector<std::int64_t>& positions,
                     std::int64_t smallest, std::int64_t n, const char* thing) {
  for (const std::int64_t position : positions)
    if (position < smallest || position >= n)
      throw ArgumentError("x", "There is no " + std::string(thing) + " " +
                                   std::to_string(position) + " among " +
                                   std::to_string(n) + ".");
}

}  // namespace

class CountPacker::Impl {
 public:
  Impl(std::unique_ptr<ByteStore> store, std::int64_t n_genes,
       const std::string& name)
      : packer_(std::move(store), n_genes, name), n_genes_(n_genes) {}
  Impl(std::unique_ptr<AtomicFile> file, std::int64_t n_genes,
       const std::string& path)
      : file_(std::move(file)),
        packer_(begin_packed_file(*file_, path), n_genes, path),
        n_genes_(n_genes) {}

  void append(const CsrBlock& block) {
    check_block(block, n_genes_);
    packer_.append(block);
  }
  std::int64_t n_cells() const { return packer_.n_cells(); }

  std::shared_ptr<const CountSource> finish(const PackedNames& names) {
    const auto fits = [](const auto& of, std::int64_t n) {
      return of.empty() || static_cast<std::int64_t>(of.size()) == n;
    };
    if (!fits(names.genes, n_genes_) || !fits(names.cells, packer_.n_cells()))
      throw ArgumentError("x", "All genes and all cells need a name, or none.");
    PackedCells cells = packer_.finish();
    if (file_) {
      end_packed_file(*file_, cells, names);
      file_->commit();
    }
    return view_packed_cells(std::move(cells));
  }

 private:
  std::unique_ptr<AtomicFile> file_;
  CellPacker packer_;
  std::int64_t n_genes_;
};

CountPacker::CountPacker(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CountPacker::CountPacker(CountPacker&&) noexcept = default;
CountPacker& CountPacker::operator=(CountPacker&&) noexcept = default;
CountPacker::~CountPacker() = default;

CountPacker::CountPacker(std::int64_t n_genes) {
  check_n_genes(n_genes);
  impl_ = std::make_unique<Impl>(store_in_memory(), n_genes, "memory");
}

CountPacker CountPacker::in_temporary_file(std::int64_t n_genes,
                                           const std::string& folder) {
  check_n_genes(n_genes);
  return CountPacker(std::make_unique<Impl>(store_in_temporary_file(folder),
                                            n_genes, "a temporary file"));
}

CountPacker CountPacker::in_file(std::int64_t n_genes, const std::string& path,
                                 bool overwrite) {
  check_n_genes(n_genes);
  return CountPacker(std::make_unique<Impl>(
      std::make_unique<AtomicFile>(path, overwrite), n_genes, path));
}

void CountPacker::append(const CsrBlock& block) { impl_->append(block); }

std::int64_t CountPacker::n_cells() const { return impl_->n_cells(); }

std::shared_ptr<const CountSource> CountPacker::finish(
    const PackedNames& names) {
  return impl_->finish(names);
}

PackedFile open_packed_file(const std::string& path) {
  PackedFileContent content = read_packed_file(path);
  return {view_packed_cells(std::move(content.cells)),
          std::move(content.names)};
}

std::shared_ptr<const CountSource> view_genes(
    std::shared_ptr<const CountSource> source,
    const std::vector<std::int64_t>& genes) {
  check_n_genes(static_cast<std::int64_t>(genes.size()));
  check_positions(genes, -1, source->n_genes(), "gene");
  std::vector<std::int64_t> sorted(genes);
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t k = 1; k < sorted.size(); ++k)
    if (sorted[k] >= 0 && sorted[k] == sorted[k - 1])
      throw ArgumentError("x", "A gene must not be chosen twice.");
  return core::view_genes(std::move(source), genes);
}

std::shared_ptr<const CountSource> view_cells(
    std::shared_ptr<const CountSource> source,
    std::vector<std::int64_t> cells) {
  check_positions(cells, 0, source->n_cells(), "cell");
  return core::view_cells(std::move(source), std::move(cells));
}

std::shared_ptr<const CountSource> join_cells(
    std::vector<std::shared_ptr<const CountSource>> parts) {
  if (parts.empty()) throw ArgumentError("x", "There are no counts to join.");
  for (const auto& part : parts)
    if (part->n_genes() != parts[0]->n_genes())
      throw ArgumentError("x",
                          "Counts that are joined must have the same "
                          "genes.");
  return core::join_cells(std::move(parts));
}

}  // namespace scvigor
