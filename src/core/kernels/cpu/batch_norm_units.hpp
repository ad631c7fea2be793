#ifndef SCVIGOR_CORE_KERNELS_CPU_BATCH_NORM_UNITS_HPP
#define SCVIGOR_CORE_KERNELS_CPU_BATCH_NORM_UNITS_HPP

// The passes of batch_norm_training() over a block of units, which only
// normalize.cpp includes.

#include <array>
#include <cstdint>

#include "simd/dispatch.hpp"
#include "simd/vector_register.hpp"

namespace scvigor {
namespace {

// A task takes this many units of all cells. Sums over cells are in double
// precision: before a normalization small errors grow.
constexpr std::int64_t kUnits = 64;
using Sums = std::array<double, kUnits>;

// A block of units of a row-major matrix.
template <class T>
struct UnitBlock {
  std::int64_t n;      // cells
  std::int64_t width;  // units, at most kUnits
  std::int64_t step;   // from a cell to the next
};

// Units side by side: as many as a register has numbers in double precision,
// or one.
template <class T>
struct Lanes {
  using Wide = typename Register<double, 64>::Type;
  static constexpr std::int64_t kSize = Register<double, 64>::kSize;
  using Narrow = typename Register<T, kSize * sizeof(T)>::Type;

  static SCVIGOR_INLINE void load(const T* from, Wide& to) {
    to = __builtin_convertvector(*reinterpret_cast<const Narrow*>(from), Wide);
  }
  static SCVIGOR_INLINE void store(const Wide& value, T* to) {
    *reinterpret_cast<Narrow*>(to) = __builtin_convertvector(value, Narrow);
  }
  static SCVIGOR_INLINE void store_sum(const Wide& value, double* to) {
    *reinterpret_cast<Wide*>(to) = value;
  }
};
template <class T>
struct Lane {
  using Wide = double;
  static constexpr std::int64_t kSize = 1;

  static SCVIGOR_INLINE void load(const T* from, double& to) {
    to = static_cast<double>(*from);
  }
  static SCVIGOR_INLINE void store(double value, T* to) {
    *to = static_cast<T>(value);
  }
  static SCVIGOR_INLINE void store_sum(double value, double* to) {
    *to = value;
  }
};

// Calls Group<L, kN>::run(u, arguments) for all units u of a block, kN times
// L::kSize of them at a time: their sums stay in registers.
template <class T, template <class, int> class Group, class... Arguments>
SCVIGOR_INLINE void for_groups(std::int64_t width, Arguments... arguments) {
  constexpr std::int64_t kWide = 4 * Lanes<T>::kSize;
  std::int64_t u = 0;
  for (; u + kWide <= width; u += kWide)
    Group<Lanes<T>, 4>::run(u, arguments...);
  for (; u < width; ++u) Group<Lane<T>, 1>::run(u, arguments...);
}

// mean[u] and the sum of squared distances from it, over the cells. Distances
// from the first cell are what is added up.
template <class L, int kN>
struct Moments {
  template <class T>
  static SCVIGOR_INLINE void run(std::int64_t unit, const UnitBlock<T>& block,
                                 const T* x, double* mean, double* squares) {
    using Wide = typename L::Wide;
    Wide start[kN], sum[kN], square[kN];
#pragma GCC unroll 4
    for (int j = 0; j < kN; ++j) {
      L::load(x + unit + j * L::kSize, start[j]);
      sum[j] = square[j] = Wide{};
    }
    for (std::int64_t i = 1; i < block.n; ++i) {
      const T* row = x + i * block.step + unit;
#pragma GCC unroll 4
      for (int j = 0; j < kN; ++j) {
        Wide d;
        L::load(row + j * L::kSize, d);
        d -= start[j];
        sum[j] += d;
        square[j] += d * d;
      }
    }
    const double n = static_cast<double>(block.n);
#pragma GCC unroll 4
    for (int j = 0; j < kN; ++j) {
      const Wide rest = square[j] - sum[j] * sum[j] / n;
      L::store_sum(start[j] + sum[j] / n, mean + unit + j * L::kSize);
      L::store_sum(rest < 0.0 ? Wide{} : rest, squares + unit + j * L::kSize);
    }
  }
};
template <class T>
SCVIGOR_INLINE void moments_body(const UnitBlock<T>& block, const T* x,
                                 double* mean, double* squares) {
  for_groups<T, Moments>(block.width, block, x, mean, squares);
}

// out = mask activation(gamma (x - mean) scale + beta), with gamma scale as
// `factor`
template <class T>
SCVIGOR_INLINE void transform_body(const UnitBlock<T>& block, const T* x,
                                   const T* mask, const T* beta,
                                   const double* mean, const double* factor,
                                   bool relu, T* out) {
  for (std::int64_t i = 0; i < block.n; ++i) {
    const auto at = i * block.step;
#pragma omp simd
    for (std::int64_t u = 0; u < block.width; ++u) {
      const T y = static_cast<T>((static_cast<double>(x[at + u]) - mean[u]) *
                                 factor[u]) +
                  beta[u];
      out[at + u] = relu && y < T(0) ? T(0) : y;
    }
    if (mask == nullptr) continue;
#pragma omp simd
    for (std::int64_t u = 0; u < block.width; ++u) out[at + u] *= mask[at + u];
  }
}

// grad_y = grad mask where the activation let something through, and its sums
// over the cells; those of grad_y (x - mean) too.
template <class L, int kN>
struct UndoActivation {
  template <class T>
  static SCVIGOR_INLINE void run(std::int64_t unit, const UnitBlock<T>& block,
                                 const T* grad, const T* mask, const T* out,
                                 bool relu, const T* x, const double* mean,
                                 T* grad_y, double* sum, double* product) {
    using Wide = typename L::Wide;
    Wide center[kN], sums[kN], products[kN];
#pragma GCC unroll 4
    for (int j = 0; j < kN; ++j) {
      center[j] = *reinterpret_cast<const Wide*>(mean + unit + j * L::kSize);
      sums[j] = products[j] = Wide{};
    }
    for (std::int64_t i = 0; i < block.n; ++i) {
      const auto row = i * block.step + unit;
#pragma GCC unroll 4
      for (int j = 0; j < kN; ++j) {
        const auto at = row + j * L::kSize;
        Wide value, other;
        L::load(grad + at, value);
        if (relu) {
          L::load(out + at, other);
          value = other > 0.0 ? value : Wide{};
        }
        if (mask != nullptr) {
          L::load(mask + at, other);
          value *= other;
        }
        L::store(value, grad_y + at);
        sums[j] += value;
        L::load(x + at, other);
        products[j] += value * (other - center[j]);
      }
    }
#pragma GCC unroll 4
    for (int j = 0; j < kN; ++j) {
      L::store_sum(sums[j], sum + unit + j * L::kSize);
      L::store_sum(products[j], product + unit + j * L::kSize);
    }
  }
};
template <class T>
SCVIGOR_INLINE void undo_activation_body(const UnitBlock<T>& block,
                                         const T* grad, const T* mask,
                                         const T* out, bool relu, const T* x,
                                         const double* mean, T* grad_y,
                                         double* sum, double* product) {
  for_groups<T, UndoActivation>(block.width, block, grad, mask, out, relu, x,
                                mean, grad_y, sum, product);
}

// grad_x = factor (grad_y - mean of grad_y - (x - mean) slope), in place of
// grad_y
template <class T>
SCVIGOR_INLINE void undo_transform_body(const UnitBlock<T>& block, const T* x,
                                        const double* mean,
                                        const double* factor,
                                        const double* mean_grad,
                                        const double* slope, T* grad) {
  for (std::int64_t i = 0; i < block.n; ++i) {
    const auto at = i * block.step;
#pragma omp simd
    for (std::int64_t u = 0; u < block.width; ++u)
      grad[at + u] = static_cast<T>(
          factor[u] * (static_cast<double>(grad[at + u]) - mean_grad[u] -
                       (static_cast<double>(x[at + u]) - mean[u]) * slope[u]));
  }
}

// out = activation(scale x + shift), for n cells of a whole matrix
template <class T>
SCVIGOR_INLINE void scale_units_body(std::int64_t n, std::int64_t units,
                                     const T* x, const T* scale, const T* shift,
                                     bool relu, T* out) {
  for (std::int64_t i = 0; i < n; ++i)
#pragma omp simd
    for (std::int64_t u = 0; u < units; ++u) {
      const T y = scale[u] * x[i * units + u] + shift[u];
      out[i * units + u] = relu && y < T(0) ? T(0) : y;
    }
}

#define SCVIGOR_BATCH_NORM_KERNELS(T)                                         \
  SCVIGOR_KERNEL(                                                             \
      moments, moments_body,                                                  \
      (const UnitBlock<T>& block, const T* x, double* mean, double* squares), \
      (block, x, mean, squares))                                              \
  SCVIGOR_KERNEL(                                                             \
      transform, transform_body,                                              \
      (const UnitBlock<T>& block, const T* x, const T* mask, const T* beta,   \
       const double* mean, const double* factor, bool relu, T* out),          \
      (block, x, mask, beta, mean, factor, relu, out))                        \
  SCVIGOR_KERNEL(                                                             \
      undo_activation, undo_activation_body,                                  \
      (const UnitBlock<T>& block, const T* grad, const T* mask, const T* out, \
       bool relu, const T* x, const double* mean, T* grad_y, double* sum,     \
       double* product),                                                      \
      (block, grad, mask, out, relu, x, mean, grad_y, sum, product))          \
  SCVIGOR_KERNEL(undo_transform, undo_transform_body,                         \
                 (const UnitBlock<T>& block, const T* x, const double* mean,  \
                  const double* factor, const double* mean_grad,              \
                  const double* slope, T* grad),                              \
                 (block, x, mean, factor, mean_grad, slope, grad))            \
  SCVIGOR_KERNEL(scale_units, scale_units_body,                               \
                 (std::int64_t n, std::int64_t units, const T* x,             \
                  const T* scale, const T* shift, bool relu, T* out),         \
                 (n, units, x, scale, shift, relu, out))
SCVIGOR_BATCH_NORM_KERNELS(float)
SCVIGOR_BATCH_NORM_KERNELS(double)
#undef SCVIGOR_BATCH_NORM_KERNELS

}  // namespace
}  // namespace scvigor

#endif
