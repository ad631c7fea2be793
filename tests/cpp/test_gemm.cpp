// Products are as exact as float32 can be, or as their precision says, with
// every instruction set. That all
// shapes and edges are right is seen in test_dense_linear.cpp, with numbers
// that need no rounding.

#include <ATen/ATen.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"
#include "cpu_levels.hpp"
#include "kernels/cpu/bfloat16_gemm.hpp"
#include "kernels/cpu/gemm.hpp"
#include "kernels/cpu/tensor_data.hpp"
#include "scvigor/runtime.hpp"
#include "support.hpp"

using namespace scvigor;

namespace {

constexpr MatmulPrecision kPrecisions[] = {MatmulPrecision::kHighest,
                                           MatmulPrecision::kHigh,
                                           MatmulPrecision::kMedium};

// a b + bias, in float32.
at::Tensor product(const MatrixView& a, const MatrixView& b,
                   const GemmShape& shape, const at::Tensor& bias,
                   MatmulPrecision precision = MatmulPrecision::kHighest) {
  at::Tensor out = at::empty({shape.m, shape.n});
  gemm({a,
        b,
        shape,
        {out.data_ptr<float>(), shape.n, data_or_null<float>(bias)}},
       precision);
  return out;
}

// What a product of `depth` terms may differ from the true one, beside the sum
// of the terms' sizes: half a unit in the last place for every fourth number
// added up, and the rounding of both factors, of which bfloat16 has 8 bits.
double bound(MatmulPrecision precision, std::int64_t depth) {
  const double sums = std::ldexp(2.0 + 0.25 * static_cast<double>(depth), -24);
  constexpr double kUnit = 1.0 / 256.0;
  switch (precision) {
    case MatmulPrecision::kMedium:
      return sums + 2.0 * kUnit + kUnit * kUnit;
    case MatmulPrecision::kHigh:
      return sums + 3.0 * kUnit * kUnit;
    default:
      return sums;
  }
}

// Some large numbers, some small ones, as gradients are.
at::Tensor numbers(std::int64_t rows, std::int64_t columns, int seed) {
  auto generator = at::make_generator<at::CPUGeneratorImpl>(
      static_cast<std::uint64_t>(seed));
  const at::Tensor x = at::randn({rows, columns}, generator);
  return x * at::exp2(6.0 * at::randn({rows, columns}, generator).round());
}

const std::vector<GemmShape>& shapes() {
  static const std::vector<GemmShape> all{{128, 128, 1287}, {128, 1287, 128},
                                          {1, 40, 33},      {37, 600, 70},
                                          {300, 32, 32},    {70, 5000, 40}};
  return all;
}

std::string name_of(const GemmShape& s) {
  return std::to_string(s.m) + " x " + std::to_string(s.k) + " x " +
         std::to_string(s.n);
}

}  // namespace

TEST_CASE("products are exact to the rounding of their precision") {
  for (const auto& shape : shapes())
    for (const bool transposed : {false, true}) {
      const at::Tensor a = numbers(shape.m, shape.k, 1);
      const at::Tensor b = numbers(shape.k, shape.n, 2);
      const at::Tensor bias = numbers(1, shape.n, 3).squeeze(0);
      const at::Tensor exact =
          a.to(at::kDouble).mm(b.to(at::kDouble)) + bias.to(at::kDouble);
      const at::Tensor size =
          a.abs().to(at::kDouble).mm(b.abs().to(at::kDouble)) +
          bias.abs().to(at::kDouble);
      const at::Tensor a_rows = transposed ? a.t().contiguous() : a;
      const at::Tensor b_rows = transposed ? b.t().contiguous() : b;
      const MatrixView left =
          transposed ? view(a_rows).transposed() : view(a_rows);
      const MatrixView right =
          transposed ? view(b_rows).transposed() : view(b_rows);
      support::for_each_cpu_level([&](const std::string& level) {
        for (const auto precision : kPrecisions) {
          INFO(name_of(shape) << (transposed ? ", transposed, " : ", ") << level
                              << ", " << to_string(precision));
          const at::Tensor found = product(left, right, shape, bias, precision);
          CHECK(((found.to(at::kDouble) - exact).abs() / size)
                    .max()
                    .item<double>() < bound(precision, shape.k));
        }
      });
    }
}

TEST_CASE("less precision differs where the processor is faster, only there") {
  const GemmShape shape{64, 256, 256};
  const at::Tensor a = numbers(shape.m, shape.k, 1);
  const at::Tensor b = numbers(shape.k, shape.n, 2);
  support::for_each_cpu_level([&](const std::string& level) {
    const at::Tensor exact = product(view(a), view(b), shape, {});
    for (const auto precision : kPrecisions) {
      INFO(level << ", " << to_string(precision));
      const bool differs = has_bfloat16_gemm(precision) &&
                           precision != MatmulPrecision::kHighest;
      const at::Tensor found = product(view(a), view(b), shape, {}, precision);
      CHECK(found.equal(exact) != differs);
      // Products of numbers of 4 bits need no rounding.
      const at::Tensor few = a.sign() * at::ones_like(a).mul(1.5);
      CHECK(product(view(few), view(few), {64, 64, 256}, {}, precision)
                .equal(few.narrow(1, 0, 64).mm(few)));
    }
  });
}

TEST_CASE("what is not finite stays so, and where it is") {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  const GemmShape shape{40, 600, 64};
  for (const float odd :
       {kInf, -kInf, std::numeric_limits<float>::quiet_NaN()}) {
    at::Tensor a = numbers(shape.m, shape.k, 1);
    at::Tensor b = numbers(shape.k, shape.n, 2);
    a[7][11] = odd;
    b[50][60] = odd;
    at::Tensor affected = at::zeros({shape.m, shape.n}, at::kBool);
    affected[7].fill_(true);
    affected.select(1, 60).fill_(true);
    support::for_each_cpu_level([&](const std::string& level) {
      for (const auto precision : kPrecisions) {
        INFO(odd << ", " << level << ", " << to_string(precision));
        const at::Tensor found =
            product(view(a), view(b), shape, {}, precision);
        CHECK(found.isfinite().logical_not().equal(affected));
      }
    });
  }
}

TEST_CASE("largest and smallest numbers") {
  const GemmShape shape{32, 64, 32};
  const double largest = std::numeric_limits<float>::max();
  for (const double size : {largest, 1e20, 1e-20, 1e-30}) {
    const at::Tensor a = at::full({shape.m, shape.k}, size).to(at::kFloat);
    at::Tensor b = at::zeros({shape.k, shape.n});
    b[5].fill_(0.75);
    support::for_each_cpu_level([&](const std::string& level) {
      INFO(size << ", " << level);
      CHECK(product(view(a), view(b), shape, {})
                .allclose(0.75 * a.narrow(1, 0, shape.n), 1e-6, 0.0));
    });
  }
}

TEST_CASE("a row's product does not depend on the other rows") {
  const at::Tensor a = numbers(300, 128, 1);
  const at::Tensor b = numbers(128, 500, 2);
  support::for_each_cpu_level([&](const std::string& level) {
    for (const auto precision : kPrecisions) {
      INFO(level << ", " << to_string(precision));
      const at::Tensor all =
          product(view(a), view(b), {300, 128, 500}, {}, precision);
      for (const std::int64_t i : {0, 31, 299})
        CHECK(product(view(a[i].unsqueeze(0)), view(b), {1, 128, 500}, {},
                      precision)
                  .equal(all.narrow(0, i, 1)));
    }
  });
}

TEST_CASE("accumulated deep products: the same bits with any threads") {
  const GemmShape shape{100, 2000, 128};
  const at::Tensor a = numbers(shape.m, shape.k, 1);
  const at::Tensor b = numbers(shape.n, shape.k, 2);
  const auto accumulated = [&](MatmulPrecision precision, int threads) {
    const ThreadScope scope(threads);
    at::Tensor out = at::empty({shape.m, shape.n});
    const GemmOutput target{out.data_ptr<float>(), shape.n};
    GemmOutput more = target;
    more.add = true;
    gemm_batch({{{view(a), view(b).transposed(), shape, target},
                 {view(a), view(b).transposed(), shape, more}}},
               precision);
    return out;
  };
  const at::Tensor exact = 2.0 * a.to(at::kDouble).mm(b.to(at::kDouble).t());
  const at::Tensor size =
      2.0 * a.abs().to(at::kDouble).mm(b.abs().to(at::kDouble).t());
  support::for_each_cpu_level([&](const std::string& level) {
    for (const auto precision : kPrecisions) {
      INFO(level << ", " << to_string(precision));
      const at::Tensor one = accumulated(precision, 1);
      CHECK(one.equal(accumulated(precision, 2)));
      CHECK(one.equal(accumulated(precision, 3)));
      CHECK(one.equal(accumulated(precision, 8)));
      CHECK(((one.to(at::kDouble) - exact).abs() / size).max().item<double>() <
            bound(precision, 2 * shape.k));
    }
  });
}
