#include <algorithm>
#include <cstring>

#include "data/byte_store.hpp"

namespace scvigor {
namespace {

// A piece is contiguous in memory; a slab has room for many.
constexpr int kSlabBits = 24;
constexpr std::int64_t kSlabBytes = std::int64_t{1} << kSlabBits;

class MemoryStore final : public ByteStore {
 public:
  std::int64_t append(std::string_view piece) override {
    const auto n = static_cast<std::int64_t>(piece.size());
    if (end_ + n > slab_end()) add_slab(n);
    const std::int64_t begin = end_;
    if (n > 0) std::memcpy(address(begin), piece.data(), piece.size());
    end_ += n;
    return begin;
  }

  void flush() override {}

  const unsigned char* read(std::int64_t begin, std::int64_t,
                            std::vector<unsigned char>&) const override {
    return slabs_.empty() ? nullptr : address(begin);
  }

  bool is_file() const override { return false; }

 private:
  std::int64_t slab_end() const {
    return static_cast<std::int64_t>(slabs_.size()) * kSlabBytes;
  }

  // A piece that is larger than a slab takes the places of several.
  void add_slab(std::int64_t n) {
    const std::int64_t n_slabs =
        std::max<std::int64_t>(1, (n + kSlabBytes - 1) / kSlabBytes);
    end_ = slab_end();
    slabs_.emplace_back(
        new unsigned char[static_cast<std::size_t>(n_slabs * kSlabBytes)]);
    slabs_.resize(slabs_.size() + static_cast<std::size_t>(n_slabs) - 1);
  }

  unsigned char* address(std::int64_t at) const {
    auto slab = static_cast<std::size_t>(
        std::min(at >> kSlabBits, (slab_end() >> kSlabBits) - 1));
    while (!slabs_[slab]) --slab;
    return slabs_[slab].get() +
           (at - (static_cast<std::int64_t>(slab) << kSlabBits));
  }

  std::vector<std::unique_ptr<unsigned char[]>> slabs_;
  std::int64_t end_ = 0;
};

}  // namespace

std::unique_ptr<ByteStore> store_in_memory() {
  return std::make_unique<MemoryStore>();
}

}  // namespace scvigor
