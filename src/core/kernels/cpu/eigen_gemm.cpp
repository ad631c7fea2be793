#define EIGEN_DONT_PARALLELIZE  // share_tasks() does that
#define EIGEN_MPL2_ONLY

#include "kernels/cpu/eigen_gemm.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <vector>

#include "util/ceil_div.hpp"
#include "util/parallel.hpp"
#include "util/thread_scratch.hpp"

namespace scvigor {
namespace {

// Eigen computes four rows of a row-major result together. Rows that are left
// over it computes one by one, and products whose sizes add up to less than 20
// in yet another way, both with other roundings: here rows are padded, so that
// a row of the result does not depend on how many others there are.
constexpr std::int64_t kRows = 4;
constexpr std::int64_t kMinSizes = 20;

// Nor do bits depend on the task of an element: tasks begin at multiples of the
// columns that Eigen computes together (8 with SSE, 12 with NEON).
constexpr std::int64_t kColumnsPerTask = 288;
constexpr std::int64_t kRowsPerTask = 64;

using Dynamic = Eigen::OuterStride<>;
using RowMajor =
    Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ColumnMajor =
    Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor>;
template <class Matrix>
using View = Eigen::Map<Matrix, Eigen::Unaligned, Dynamic>;

// Rows and columns of the result of accumulated products.
struct ResultTask {
  const AccumulatedGemm* products;
  std::int64_t row, rows;
  std::int64_t column, columns;
};

// Calls run(x as a matrix of Eigen); one of the steps of x is 1.
template <class Run>
void with_matrix(const MatrixView& x, std::int64_t rows, std::int64_t columns,
                 Run run) {
  if (x.column_step == 1)
    run(View<const RowMajor>(x.data, rows, columns, Dynamic(x.row_step)));
  else
    run(View<const ColumnMajor>(x.data, rows, columns, Dynamic(x.column_step)));
}

// A single column: Eigen's products with a vector depend on where it begins.
void add_column(const MatrixView& a, const MatrixView& b,
                const GemmShape& shape, View<RowMajor> out) {
  for (std::int64_t i = 0; i < shape.m; ++i) {
    float sum = 0.0F;
    for (std::int64_t j = 0; j < shape.k; ++j)
      sum +=
          a.data[i * a.row_step + j * a.column_step] * b.data[j * b.row_step];
    out(i, 0) += sum;
  }
}

// out += a b, of rows that need no padding
void add_product(const MatrixView& a, const MatrixView& b,
                 const GemmShape& shape, View<RowMajor> out) {
  with_matrix(a, shape.m, shape.k, [&](const auto& left) {
    with_matrix(b, shape.k, shape.n,
                [&](const auto& right) { out.noalias() += left * right; });
  });
}

// The same with rows of zeros below those of a.
void add_padded_product(const MatrixView& a, const MatrixView& b,
                        const GemmShape& shape, View<RowMajor> out) {
  const auto rows = std::max(shape.m, kMinSizes - shape.k - shape.n);
  const auto padded = ceil_div(rows, kRows) * kRows;
  RowMajor left = RowMajor::Zero(padded, shape.k);
  with_matrix(a, shape.m, shape.k, [&](const auto& rows_of_a) {
    left.topRows(shape.m) = rows_of_a;
  });
  RowMajor result = RowMajor::Zero(padded, shape.n);
  result.topRows(shape.m) = out;
  add_product({left.data(), shape.k, 1}, b, {padded, shape.k, shape.n},
              {result.data(), padded, shape.n, Dynamic(shape.n)});
  out = result.topRows(shape.m);
}

void sum_columns(const Gemm& product, const ResultTask& task) {
  const MatrixView b = product.b.from(0, task.column);
  float* sums = product.target.column_sums + task.column;
  if (!product.target.add) std::fill_n(sums, task.columns, 0.0F);
  for (std::int64_t j = 0; j < product.shape.k; ++j)
    for (std::int64_t c = 0; c < task.columns; ++c)
      sums[c] += b.data[j * b.row_step + c * b.column_step];
}

void run(const Gemm& product, const ResultTask& task) {
  const GemmShape& shape = product.shape;
  const auto& target = product.target;
  if (!target.add)
    for (std::int64_t i = task.row; i < task.row + task.rows; ++i)
      target.start_row(i, task.column, task.columns);
  const auto multiply = [&](auto add, std::int64_t row, std::int64_t rows) {
    if (rows == 0) return;
    add(product.a.from(row, 0), product.b.from(0, task.column),
        GemmShape{rows, shape.k, task.columns},
        View<RowMajor>(target.data + row * target.row_step + task.column, rows,
                       task.columns, Dynamic(target.row_step)));
  };
  if (task.columns == 1) {
    multiply(add_column, task.row, task.rows);
  } else {
    const bool tiny = task.rows + shape.k + task.columns < kMinSizes;
    const auto whole = tiny ? 0 : task.rows / kRows * kRows;
    multiply(add_product, task.row, whole);
    multiply(add_padded_product, task.row + whole, task.rows - whole);
  }
  if (target.column_sums != nullptr && task.row == 0)
    sum_columns(product, task);
}

struct BatchScratch {
  std::vector<ResultTask> tasks;
};

void add_tasks(const AccumulatedGemm& products,
               std::vector<ResultTask>& tasks) {
  const auto& shape = products.front().shape;
  for (std::int64_t row = 0; row < shape.m; row += kRowsPerTask)
    for (std::int64_t column = 0; column < shape.n; column += kColumnsPerTask)
      tasks.push_back({&products, row, std::min(kRowsPerTask, shape.m - row),
                       column, std::min(kColumnsPerTask, shape.n - column)});
}

}  // namespace

void eigen_gemm(GemmBatch batch) {
  auto& tasks = thread_scratch<BatchScratch>().tasks;
  tasks.clear();
  for (const auto* products : batch) add_tasks(*products, tasks);
  const auto n_tasks = static_cast<std::int64_t>(tasks.size());
  share_tasks(n_tasks, 1, [first = tasks.data()](auto take) {
    for (std::int64_t i; take(i);) {
      const ResultTask& task = first[i];
      for (const auto& product : *task.products) run(product, task);
    }
  });
}

}  // namespace scvigor
