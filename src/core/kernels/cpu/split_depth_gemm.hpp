#ifndef SCVIGOR_CORE_KERNELS_CPU_SPLIT_DEPTH_GEMM_HPP
#define SCVIGOR_CORE_KERNELS_CPU_SPLIT_DEPTH_GEMM_HPP

#include "simd/dispatch.hpp"

#ifdef SCVIGOR_AVX512_BF16

#include <algorithm>
#include <cstdint>
#include <vector>

#include "kernels/cpu/bfloat16_worker.hpp"
#include "kernels/cpu/gemm.hpp"
#include "simd/add.hpp"
#include "simd/aligned_vector.hpp"
#include "util/ceil_div.hpp"
#include "util/parallel.hpp"

namespace scvigor {

// A deep product with a small result, in parts of its depth, which are computed
// side by side and added up in the end. The parts do not depend on the number
// of threads, and so no bit does.
class SplitDepthGemm {
 public:
  static bool suits(const AccumulatedGemm& products) {
    constexpr std::int64_t kMaxWidth = 256;
    return products.front().shape.n <= kMaxWidth &&
           std::any_of(
               products.begin(), products.end(),
               [](const Gemm& p) { return p.shape.k > kPackedDepth; }) &&
           std::all_of(products.begin(), products.end(), [](const Gemm& p) {
             return p.target.column_sums == nullptr;
           });
  }

  // Sets the product, in the memory of the one before.
  void set(const AccumulatedGemm& products) {
    target_ = products.front().target;
    m_ = products.front().shape.m;
    n_ = products.front().shape.n;
    parts_.clear();
    for (const auto& p : products) add_parts(p);
    sums_.resize(parts_.size() * static_cast<std::size_t>(m_ * n_));
    for (std::size_t i = 0; i < parts_.size(); ++i)
      parts_[i].target = {sum(i), n_};
  }

  const std::vector<Gemm>& parts() const { return parts_; }

  void add_up() {
    constexpr std::int64_t kRowsPerThread = 32;
    parallel_for(0, m_, kRowsPerThread,
                 [&](std::int64_t begin, std::int64_t end) {
                   for (auto i = begin; i < end; ++i) add_up_row(i);
                 });
  }

 private:
  float* sum(std::size_t part) {
    return sums_.data() + part * static_cast<std::size_t>(m_ * n_);
  }

  // More parts than any number of threads needs would only be more to add up.
  void add_parts(const Gemm& p) {
    constexpr std::int64_t kMaxParts = 16;
    const auto count = std::min(kMaxParts, ceil_div(p.shape.k, kPackedDepth));
    const auto size = ceil_div(p.shape.k, count * kDeep) * kDeep;
    for (std::int64_t k = 0; k < p.shape.k; k += size) {
      Gemm part = p;
      part.a = p.a.from(0, k);
      part.b = p.b.from(k, 0);
      part.shape.k = std::min(size, p.shape.k - k);
      parts_.push_back(part);
    }
  }

  void add_up_row(std::int64_t i) {
    float* to = target_.data + i * target_.row_step;
    if (!target_.add) target_.start_row(i, 0, n_);
    for (std::size_t part = 0; part < parts_.size(); ++part)
      add_to(to, sum(part) + i * n_, n_);
  }

  GemmOutput target_{};
  std::int64_t m_ = 0, n_ = 0;
  std::vector<Gemm> parts_;
  AlignedVector<float> sums_;
};

}  // namespace scvigor

#endif

#endif
