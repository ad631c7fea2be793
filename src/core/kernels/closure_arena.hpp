#ifndef SCVIGOR_CORE_KERNELS_CLOSURE_ARENA_HPP
#define SCVIGOR_CORE_KERNELS_CLOSURE_ARENA_HPP

#include <cstddef>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace scvigor {

// Memory for objects of any type that are all dropped at once, kept for the
// next ones.
class ClosureArena {
 public:
  // The caller calls the destructor before reset().
  template <class F>
  F* make(F&& object) {
    static_assert(sizeof(F) <= kBlockBytes);
    return ::new (allocate(sizeof(F))) F(std::move(object));
  }
  void reset() { block_ = used_ = 0; }

 private:
  static constexpr std::size_t kBlockBytes = 8192;
  static constexpr std::size_t kAlignment = alignof(std::max_align_t);
  struct Block {
    alignas(std::max_align_t) std::byte bytes[kBlockBytes];
  };

  void* allocate(std::size_t bytes) {
    bytes = (bytes + kAlignment - 1) / kAlignment * kAlignment;
    if (used_ + bytes > kBlockBytes) {
      ++block_;
      used_ = 0;
    }
    if (block_ == blocks_.size()) blocks_.push_back(std::make_unique<Block>());
    void* out = blocks_[block_]->bytes + used_;
    used_ += bytes;
    return out;
  }

  std::vector<std::unique_ptr<Block>> blocks_;
  std::size_t block_ = 0;  // in use
  std::size_t used_ = 0;   // of it
};

}  // namespace scvigor

#endif
