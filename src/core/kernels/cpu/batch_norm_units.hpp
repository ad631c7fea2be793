#ifndef SCVIGOR_CORE_KERNELS_CPU_BATCH_NORM_UNITS_HPP
#define SCVIGOR_CORE_KERNELS_CPU_BATCH_NORM_UNITS_HPP

// The passes of BatchNorm over the cells, for a block of units:
//
//   mean, squares = sum (x - mean)^2
//   y       = mask relu(factor (x - mean) + beta), factor = gamma inv_sd
//   grad_z  = grad_y mask [y > 0]                  z is what relu is given
//   grad_x  = factor (grad_z - mean(grad_z) - (x - mean) proj_scale),
//             proj_scale = inv_sd^2 mean(grad_z (x - mean))
//
// Sums over cells are in double precision: small errors grow in a division by
// a small standard deviation.

#include <array>
#include <cstdint>

#include "simd/dispatch.hpp"
#include "simd/vector_register.hpp"

namespace scvigor {
namespace {

// A task takes this many units of all cells.
constexpr std::int64_t kUnits = 64;
using UnitSums = std::array<double, kUnits>;

// Units side by side of a row-major matrix.
struct UnitBlock {
  std::int64_t n;         // cells
  std::int64_t width;     // units, at most kUnits
  std::int64_t row_step;  // from a cell to the next
};

// Units that are computed together: as many as a register has numbers of
// double precision, or one.
template <class T>
struct Lanes {
  using Wide = typename Register<double, 64>::Vector;
  using WideInMemory = typename Register<double, 64>::Type;
  static constexpr std::int64_t kSize = Register<double, 64>::kSize;
  using Narrow = typename Register<T, kSize * sizeof(T)>::Type;

  static SCVIGOR_INLINE void load(const T* from, Wide& to) {
    to = __builtin_convertvector(*reinterpret_cast<const Narrow*>(from), Wide);
  }
  static SCVIGOR_INLINE void store(const Wide& value, T* to) {
    *reinterpret_cast<Narrow*>(to) = __builtin_convertvector(value, Narrow);
  }
  static SCVIGOR_INLINE void load_sum(const double* from, Wide& to) {
    to = *reinterpret_cast<const WideInMemory*>(from);
  }
  static SCVIGOR_INLINE void store_sum(const Wide& value, double* to) {
    *reinterpret_cast<WideInMemory*>(to) = value;
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
  static SCVIGOR_INLINE void load_sum(const double* from, double& to) {
    to = *from;
  }
  static SCVIGOR_INLINE void store_sum(double value, double* to) {
    *to = value;
  }
};

// Calls Pass<L, kN>::run(u, arguments) for all units u of a block, kN times
// L::kSize of them at a time: their sums stay in registers.
template <class T, template <class, int> class Pass, class... Arguments>
SCVIGOR_INLINE void for_unit_groups(std::int64_t width,
                                    Arguments... arguments) {
  constexpr std::int64_t kWide = 4 * Lanes<T>::kSize;
  std::int64_t u = 0;
  for (; u + kWide <= width; u += kWide)
    Pass<Lanes<T>, 4>::run(u, arguments...);
  for (; u < width; ++u) Pass<Lane<T>, 1>::run(u, arguments...);
}

// mean[u] and squares[u]. Distances from the first cell are what is added up.
template <class L, int kN>
struct MeanAndSquares {
  template <class T>
  static SCVIGOR_INLINE void run(std::int64_t unit, const UnitBlock& block,
                                 const T* x, double* mean, double* squares) {
    using Wide = typename L::Wide;
    Wide start[kN], sum[kN], square[kN];
#pragma GCC unroll 4
    for (int j = 0; j < kN; ++j) {
      L::load(x + unit + j * L::kSize, start[j]);
      sum[j] = square[j] = Wide{};
    }
    for (std::int64_t i = 1; i < block.n; ++i) {
      const T* row = x + i * block.row_step + unit;
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
SCVIGOR_INLINE void mean_and_squares_body(const UnitBlock& block, const T* x,
                                          double* mean, double* squares) {
  for_unit_groups<T, MeanAndSquares>(block.width, block, x, mean, squares);
}

// y from x
template <class T>
SCVIGOR_INLINE void normalize_body(const UnitBlock& block, const T* x,
                                   const T* mask, const T* beta,
                                   const double* mean, const double* factor,
                                   bool relu, T* y) {
  for (std::int64_t i = 0; i < block.n; ++i) {
    const auto at = i * block.row_step;
#pragma omp simd
    for (std::int64_t u = 0; u < block.width; ++u) {
      const T z = static_cast<T>((static_cast<double>(x[at + u]) - mean[u]) *
                                 factor[u]) +
                  beta[u];
      y[at + u] = relu && z < T(0) ? T(0) : z;
    }
    if (mask == nullptr) continue;
#pragma omp simd
    for (std::int64_t u = 0; u < block.width; ++u) y[at + u] *= mask[at + u];
  }
}

// grad_z, and over the cells: sum = sum grad_z, dot = sum grad_z (x - mean)
template <class L, int kN>
struct ActivationBackward {
  template <class T>
  static SCVIGOR_INLINE void run(std::int64_t unit, const UnitBlock& block,
                                 const T* grad_y, const T* mask, const T* y,
                                 bool relu, const T* x, const double* mean,
                                 T* grad_z, double* sum, double* dot) {
    using Wide = typename L::Wide;
    Wide center[kN], sums[kN], dots[kN];
#pragma GCC unroll 4
    for (int j = 0; j < kN; ++j) {
      L::load_sum(mean + unit + j * L::kSize, center[j]);
      sums[j] = dots[j] = Wide{};
    }
    for (std::int64_t i = 0; i < block.n; ++i) {
      const auto row = i * block.row_step + unit;
#pragma GCC unroll 4
      for (int j = 0; j < kN; ++j) {
        const auto at = row + j * L::kSize;
        Wide grad, other;
        L::load(grad_y + at, grad);
        if (relu) {
          L::load(y + at, other);
          grad = other > 0.0 ? grad : Wide{};
        }
        if (mask != nullptr) {
          L::load(mask + at, other);
          grad *= other;
        }
        L::store(grad, grad_z + at);
        sums[j] += grad;
        L::load(x + at, other);
        dots[j] += grad * (other - center[j]);
      }
    }
#pragma GCC unroll 4
    for (int j = 0; j < kN; ++j) {
      L::store_sum(sums[j], sum + unit + j * L::kSize);
      L::store_sum(dots[j], dot + unit + j * L::kSize);
    }
  }
};
template <class T>
SCVIGOR_INLINE void activation_backward_body(const UnitBlock& block,
                                             const T* grad_y, const T* mask,
                                             const T* y, bool relu, const T* x,
                                             const double* mean, T* grad_z,
                                             double* sum, double* dot) {
  for_unit_groups<T, ActivationBackward>(block.width, block, grad_y, mask, y,
                                         relu, x, mean, grad_z, sum, dot);
}

// grad: grad_z, which becomes grad_x
template <class T>
SCVIGOR_INLINE void normalize_backward_body(const UnitBlock& block, const T* x,
                                            const double* mean,
                                            const double* factor,
                                            const double* grad_mean,
                                            const double* proj_scale, T* grad) {
  for (std::int64_t i = 0; i < block.n; ++i) {
    const auto at = i * block.row_step;
#pragma omp simd
    for (std::int64_t u = 0; u < block.width; ++u)
      grad[at + u] = static_cast<T>(
          factor[u] *
          (static_cast<double>(grad[at + u]) - grad_mean[u] -
           (static_cast<double>(x[at + u]) - mean[u]) * proj_scale[u]));
  }
}

// y = relu(scale x + offset), for n cells of a whole matrix
template <class T>
SCVIGOR_INLINE void scale_and_offset_body(std::int64_t n, std::int64_t units,
                                          const T* x, const T* scale,
                                          const T* offset, bool relu, T* y) {
  for (std::int64_t i = 0; i < n; ++i)
#pragma omp simd
    for (std::int64_t u = 0; u < units; ++u) {
      const T z = scale[u] * x[i * units + u] + offset[u];
      y[i * units + u] = relu && z < T(0) ? T(0) : z;
    }
}

#define SCVIGOR_BATCH_NORM_KERNELS(T)                                       \
  SCVIGOR_KERNEL(                                                           \
      mean_and_squares, mean_and_squares_body,                              \
      (const UnitBlock& block, const T* x, double* mean, double* squares),  \
      (block, x, mean, squares))                                            \
  SCVIGOR_KERNEL(                                                           \
      normalize, normalize_body,                                            \
      (const UnitBlock& block, const T* x, const T* mask, const T* beta,    \
       const double* mean, const double* factor, bool relu, T* y),          \
      (block, x, mask, beta, mean, factor, relu, y))                        \
  SCVIGOR_KERNEL(activation_backward, activation_backward_body,             \
                 (const UnitBlock& block, const T* grad_y, const T* mask,   \
                  const T* y, bool relu, const T* x, const double* mean,    \
                  T* grad_z, double* sum, double* dot),                     \
                 (block, grad_y, mask, y, relu, x, mean, grad_z, sum, dot)) \
  SCVIGOR_KERNEL(normalize_backward, normalize_backward_body,               \
                 (const UnitBlock& block, const T* x, const double* mean,   \
                  const double* factor, const double* grad_mean,            \
                  const double* proj_scale, T* grad),                       \
                 (block, x, mean, factor, grad_mean, proj_scale, grad))     \
  SCVIGOR_KERNEL(scale_and_offset, scale_and_offset_body,                   \
                 (std::int64_t n, std::int64_t units, const T* x,           \
                  const T* scale, const T* offset, bool relu, T* y),        \
                 (n, units, x, scale, offset, relu, y))
SCVIGOR_BATCH_NORM_KERNELS(float)
SCVIGOR_BATCH_NORM_KERNELS(double)
#undef SCVIGOR_BATCH_NORM_KERNELS

}  // namespace
}  // namespace scvigor

#endif
