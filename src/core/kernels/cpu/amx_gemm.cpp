#include "kernels/cpu/amx_gemm.hpp"

#include "simd/dispatch.hpp"

#ifdef SCVIGOR_AMX

#include <ATen/Parallel.h>
#include <immintrin.h>

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "simd/add.hpp"
#include "simd/aligned_vector.hpp"
#include "simd/transpose.hpp"
#include "util/task_queue.hpp"

namespace scvigor {
namespace {

// A tile has kLines lines of kDeep bfloat16: rows of the left factor, or
// columns of the right one. A block is two tiles of lines, and its product with
// another fills four registers of the unit.
constexpr std::int64_t kLines = 16;
constexpr std::int64_t kDeep = 32;
constexpr std::int64_t kBlock = 2 * kLines;
constexpr int kParts = 3;

// So much of a product's depth is packed at a time, for so many rows.
constexpr std::int64_t kDepth = 256;
constexpr std::int64_t kRows = 256;
static_assert(kGemmPanel == kBlock && kDepth % kDeep == 0 &&
              kRows % kBlock == 0);

using Tile = std::uint32_t[kLines][kLines];  // pairs of bfloat16
using Block = float[kBlock][kBlock];         // of a result

// The parts of a block's lines, the largest first, kDeep of their depth. The
// left factor has a line's pairs in a row, the right one has those of all
// lines side by side. A pair are the numbers i and i + 16.
struct alignas(64) PackedBlock {
  Tile part[kParts][2];
};
constexpr std::int64_t kPartWords = sizeof(PackedBlock::part[0]) / 4;

std::int64_t blocks_of(std::int64_t numbers, std::int64_t size) {
  return (numbers + size - 1) / size;
}

// Which of 16 numbers are among the first n.
__mmask16 first_of(std::int64_t n) {
  return static_cast<__mmask16>(
      n >= kLines ? 0xffff : (1 << std::max<std::int64_t>(n, 0)) - 1);
}

// Where a factor's lines are, and how deep they are: number k of line i is
// data[i * line_step + k * step], and one of the steps is 1.
struct Lines {
  const float* data;
  std::int64_t line_step;
  std::int64_t step;
  std::int64_t lines;
  std::int64_t depth;

  Lines from(std::int64_t line, std::int64_t k) const {
    return {data + line * line_step + k * step, line_step, step, lines - line,
            depth - k};
  }
};
bool operator==(const Lines& a, const Lines& b) {
  return a.data == b.data && a.line_step == b.line_step && a.step == b.step &&
         a.lines == b.lines && a.depth == b.depth;
}

enum class Side { kLeft, kRight };

typedef float Numbers __attribute__((vector_size(64), may_alias));

// Number i of a and of b become pair i, of each part: their upper halves, those
// of what is left, and so on. The third part is all that is left.
SCVIGOR_AMX inline void split(Numbers a, Numbers b, std::uint32_t* to) {
  typedef std::uint32_t V __attribute__((vector_size(64), may_alias));
#pragma GCC unroll 3
  for (int p = 0; p < kParts; ++p) {
    const V a_part = reinterpret_cast<V>(a) & 0xffff0000;
    const V b_part = reinterpret_cast<V>(b) & 0xffff0000;
    *reinterpret_cast<V*>(to + p * kPartWords) = a_part >> 16 | b_part;
    a -= reinterpret_cast<Numbers>(a_part);
    b -= reinterpret_cast<Numbers>(b_part);
  }
}

// The rows of memory that a tile's first 16 numbers come from, or its last.
struct Half {
  const float* data;
  std::int64_t row_step;
  std::int64_t rows;
  __mmask16 mask;
};
// Zeros where there are no more.
SCVIGOR_AMX inline Numbers load(const Half& half, std::int64_t row) {
  return reinterpret_cast<Numbers>(
      _mm512_maskz_loadu_ps(row < half.rows ? half.mask : __mmask16(0),
                            half.data + row * half.row_step));
}

// The first 16 lines and kDeep numbers.
SCVIGOR_AMX void pack_tile(const Lines& from, Side side, int tile,
                           PackedBlock& to) {
  const float* high_data = from.data + kLines * from.step;
  const bool in_rows = from.step == 1;
  const Half low =
      in_rows
          ? Half{from.data, from.line_step, from.lines, first_of(from.depth)}
          : Half{from.data, from.step, from.depth, first_of(from.lines)};
  const Half high = in_rows ? Half{high_data, from.line_step, from.lines,
                                   first_of(from.depth - kLines)}
                            : Half{high_data, from.step, from.depth - kLines,
                                   first_of(from.lines)};
  if (in_rows == (side == Side::kLeft)) {
    for (std::int64_t i = 0; i < kLines; ++i)
      split(load(low, i), load(high, i), to.part[0][tile][i]);
    return;
  }
  Numbers lows[kLines], highs[kLines];
#pragma GCC unroll 16
  for (int i = 0; i < kLines; ++i) highs[i] = load(high, i);
  transpose(highs);
#pragma GCC unroll 16
  for (int i = 0; i < kLines; ++i) lows[i] = load(low, i);
  transpose(lows);
#pragma GCC unroll 16
  for (int i = 0; i < kLines; ++i)
    split(lows[i], highs[i], to.part[0][tile][i]);
}

// All blocks of lines, each with all its depth.
void pack(const Lines& from, Side side, AlignedVector<PackedBlock>& out) {
  out.resize(static_cast<std::size_t>(blocks_of(from.lines, kBlock) *
                                      blocks_of(from.depth, kDeep)));
  auto* to = out.data();
  for (std::int64_t line = 0; line < from.lines; line += kBlock)
    for (std::int64_t k = 0; k < from.depth; k += kDeep, ++to)
      for (int tile = 0; tile < 2; ++tile)
        pack_tile(from.from(line + tile * kLines, k), side, tile, *to);
}

// The unit's registers: 0 to 3 sum up a block of the result, 4 and 5 hold two
// tiles of the left factor, 6 and 7 of the right one.
struct TileShapes {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
constexpr TileShapes kTileShapes;

// A thread has the unit while one of these lives.
class AmxUnit {
 public:
  SCVIGOR_AMX AmxUnit() { _tile_loadconfig(&kTileShapes); }
  SCVIGOR_AMX ~AmxUnit() { _tile_release(); }
  AmxUnit(const AmxUnit&) = delete;
  AmxUnit& operator=(const AmxUnit&) = delete;
};

SCVIGOR_AMX inline void load_left(const PackedBlock& block, int part) {
  _tile_loadd(4, block.part[part][0], 64);
  _tile_loadd(5, block.part[part][1], 64);
}
SCVIGOR_AMX inline void load_right(const PackedBlock& block, int part) {
  _tile_loadd(6, block.part[part][0], 64);
  _tile_loadd(7, block.part[part][1], 64);
}

// Where a block of the result goes, and what is there before.
struct BlockTarget {
  float* data;
  std::int64_t row_step;
  const float* start;       // what the product is added to; null: nothing
  std::int64_t start_step;  // from a row of that to the next

  // All of a block that is on its own.
  static BlockTarget all_of(Block& block) {
    return {&block[0][0], kBlock, nullptr, 0};
  }
};

// The lines of rows that are written soon come into the nearest cache: the unit
// stores a row at a time, and waits ten times as long for one that is not
// there. Inlined by force, or GCC drops the calls: it sees no effect.
SCVIGOR_INLINE void fetch_rows(const BlockTarget& to, std::int64_t row,
                               std::int64_t last) {
  for (; row < last; ++row) {
    const float* data = to.data + row * to.row_step;
    __builtin_prefetch(data, 1);
    __builtin_prefetch(data + kLines, 1);
    __builtin_prefetch(data + kBlock - 1, 1);
  }
}

SCVIGOR_AMX inline void start_sums(const BlockTarget& to) {
  if (to.start == nullptr) {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    return;
  }
  const auto bytes = to.start_step * static_cast<std::int64_t>(sizeof(float));
  const float* low = to.start + kLines * to.start_step;
  _tile_loadd(0, to.start, bytes);
  _tile_loadd(1, to.start + kLines, bytes);
  _tile_loadd(2, low, bytes);
  _tile_loadd(3, low + kLines, bytes);
}

SCVIGOR_AMX inline void store_sums(const BlockTarget& to) {
  const auto bytes = to.row_step * static_cast<std::int64_t>(sizeof(float));
  float* low = to.data + kLines * to.row_step;
  _tile_stored(0, to.data, bytes);
  _tile_stored(1, to.data + kLines, bytes);
  _tile_stored(2, low, bytes);
  _tile_stored(3, low + kLines, bytes);
}

SCVIGOR_AMX inline void add_products() {
  _tile_dpbf16ps(0, 4, 6);
  _tile_dpbf16ps(1, 4, 7);
  _tile_dpbf16ps(2, 5, 6);
  _tile_dpbf16ps(3, 5, 7);
}

// The product of two blocks, `steps` packed ones deep. The products of the
// largest parts come last: what the others add up to is small, and so are its
// rounding errors.
SCVIGOR_AMX void multiply_blocks(const PackedBlock* left,
                                 const PackedBlock* right, std::int64_t steps,
                                 const BlockTarget& to) {
  // Loads of tiles do not tell the compiler that they read memory.
  std::atomic_signal_fence(std::memory_order_seq_cst);
  start_sums(to);
  for (std::int64_t s = 0; s < steps; ++s) {
    load_left(left[s], 0);
    load_right(right[s], 2);
    add_products();
    load_right(right[s], 1);
    add_products();
    load_left(left[s], 1);
    add_products();
    load_right(right[s], 0);
    add_products();
    load_left(left[s], 2);
    add_products();
  }
  const auto rows = blocks_of(kBlock, steps);
  for (std::int64_t s = 0; s < steps; ++s) {
    load_left(left[s], 0);
    load_right(right[s], 0);
    add_products();
    fetch_rows(to, s * rows, std::min(kBlock, (s + 1) * rows));
  }
  store_sums(to);
}

// The first rows and columns of a block, where there is no room for all of it.
SCVIGOR_AMX void put_corner(const Block& sum, std::int64_t rows,
                            std::int64_t columns, const BlockTarget& to) {
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < columns; c += kLines) {
      const __mmask16 mask = first_of(columns - c);
      __m512 value = _mm512_load_ps(sum[r] + c);
      if (to.start != nullptr)
        value = _mm512_add_ps(
            _mm512_maskz_loadu_ps(mask, to.start + r * to.start_step + c),
            value);
      _mm512_mask_storeu_ps(to.data + r * to.row_step + c, mask, value);
    }
}

// to = the sums over the depth, of kGemmPanel lines side by side, at most.
SCVIGOR_AMX void sum_lines(const Lines& from, bool add, float* to) {
  for (std::int64_t c = 0; c < from.lines; c += kLines) {
    const __mmask16 lines = first_of(from.lines - c);
    __m512 sum = _mm512_setzero_ps();
    for (std::int64_t k = 0; k < from.depth; ++k)
      sum = _mm512_add_ps(
          sum, _mm512_maskz_loadu_ps(lines, from.data + k * from.step + c));
    if (add) sum = _mm512_add_ps(_mm512_maskz_loadu_ps(lines, to + c), sum);
    _mm512_mask_storeu_ps(to + c, lines, sum);
  }
}

// Some panels of the products of a chain, for some rows.
struct Task {
  const Gemm* first;
  const Gemm* last;
  std::int64_t panel, last_panel;
  std::int64_t row, rows;

  std::int64_t work() const {
    std::int64_t depth = 0;
    for (const auto* p = first; p != last; ++p) depth += p->shape.k;
    return depth * rows * (last_panel - panel) * kGemmPanel;
  }
};

// What `depth` rows of the right factor from k on add to the panels of a task.
struct Slice {
  const Gemm& product;
  const Task& task;
  std::int64_t k;
  std::int64_t depth;

  // To what the rows before them have added, or others before the product?
  bool add() const { return product.target.add || k > 0; }
  Lines left() const {
    const MatrixView& a = product.a;
    return {a.data + task.row * a.row_step + k * a.column_step, a.row_step,
            a.column_step, task.rows, depth};
  }
  // Those of a panel.
  Lines right(std::int64_t panel) const {
    const MatrixView& b = product.b;
    const auto column = panel * kGemmPanel;
    return {b.data + k * b.row_step + column * b.column_step, b.column_step,
            b.row_step, std::min(kGemmPanel, product.shape.n - column), depth};
  }
  // Where a panel's block of rows from `row` of the task on goes.
  BlockTarget block(std::int64_t panel, std::int64_t row) const {
    const GemmOutput& target = product.target;
    const auto column = panel * kGemmPanel;
    float* data = target.data + (task.row + row) * target.row_step + column;
    if (add()) return {data, target.row_step, data, target.row_step};
    if (target.bias == nullptr) return {data, target.row_step, nullptr, 0};
    return {data, target.row_step, target.bias + column, 0};
  }
};

// Works off tasks, on one thread.
class Worker {
 public:
  void run(const Task& task) {
    for (const auto* p = task.first; p != task.last; ++p)
      for (std::int64_t k = 0; k < p->shape.k; k += kDepth)
        run({*p, task, k, std::min(kDepth, p->shape.k - k)});
  }

 private:
  void run(const Slice& slice) {
    pack_left(slice.left());
    const auto& task = slice.task;
    float* sums = slice.product.target.column_sums;
    for (auto panel = task.panel; panel < task.last_panel; ++panel) {
      multiply_panel(slice, panel);
      if (sums != nullptr && task.row == 0)
        sum_lines(slice.right(panel), slice.add(), sums + panel * kGemmPanel);
    }
  }

  // Most tasks have the rows of the one before.
  void pack_left(const Lines& lines) {
    if (lines == left_lines_) return;
    pack(lines, Side::kLeft, left_);
    left_lines_ = lines;
  }

  void multiply_panel(const Slice& slice, std::int64_t panel) {
    const Lines lines = slice.right(panel);
    pack(lines, Side::kRight, right_);
    const auto steps = blocks_of(slice.depth, kDeep);
    for (std::int64_t i = 0; i < slice.task.rows; i += kBlock) {
      const auto* left = left_.data() + i / kBlock * steps;
      const auto rows = std::min(kBlock, slice.task.rows - i);
      const auto to = slice.block(panel, i);
      if (rows == kBlock && lines.lines == kBlock) {
        multiply_blocks(left, right_.data(), steps, to);
      } else {
        multiply_blocks(left, right_.data(), steps,
                        BlockTarget::all_of(corner_));
        put_corner(corner_, rows, lines.lines, to);
      }
    }
  }

  AmxUnit unit_;
  Lines left_lines_{};  // of what is packed
  AlignedVector<PackedBlock> left_, right_;
  alignas(64) Block corner_;
};

// A deep product, whose result is small, comes in parts of the depth which are
// added up in the end: its factors are packed once, whatever the number of
// threads, and so every bit stays the same.
class DeepChain {
 public:
  static bool suits(const AccumulatedGemm& chain) {
    constexpr std::int64_t kWidest = 256;
    return chain.front().shape.n <= kWidest &&
           std::any_of(chain.begin(), chain.end(),
                       [](const Gemm& p) { return p.shape.k > kDepth; }) &&
           std::all_of(chain.begin(), chain.end(), [](const Gemm& p) {
             return p.target.column_sums == nullptr;
           });
  }

  explicit DeepChain(const AccumulatedGemm& chain)
      : target_(chain.front().target),
        m_(chain.front().shape.m),
        n_(chain.front().shape.n) {
    for (const auto& p : chain) add_parts(p);
    sums_.resize(parts_.size() * static_cast<std::size_t>(m_ * n_));
    for (std::size_t i = 0; i < parts_.size(); ++i)
      parts_[i].target = {sum(i), n_};
  }

  const std::vector<Gemm>& parts() const { return parts_; }

  void add_up() {
    constexpr std::int64_t kRowsPerThread = 32;
    at::parallel_for(0, m_, kRowsPerThread,
                     [&](std::int64_t begin, std::int64_t end) {
                       for (auto i = begin; i < end; ++i) add_up_row(i);
                     });
  }

 private:
  float* sum(std::size_t part) {
    return sums_.data() + part * static_cast<std::size_t>(m_ * n_);
  }

  // More parts than threads could ever want would only be more to add up.
  void add_parts(const Gemm& p) {
    constexpr std::int64_t kMaxParts = 16;
    const auto count = std::min(kMaxParts, blocks_of(p.shape.k, kDepth));
    const auto size = blocks_of(p.shape.k, count * kDeep) * kDeep;
    for (std::int64_t k = 0; k < p.shape.k; k += size) {
      Gemm part = p;
      part.a.data += k * p.a.column_step;
      part.b.data += k * p.b.row_step;
      part.shape.k = std::min(size, p.shape.k - k);
      parts_.push_back(part);
    }
  }

  void add_up_row(std::int64_t i) {
    float* to = target_.data + i * target_.row_step;
    if (!target_.add && target_.bias == nullptr) std::fill_n(to, n_, 0.0F);
    if (!target_.add && target_.bias != nullptr)
      std::copy_n(target_.bias, n_, to);
    for (std::size_t part = 0; part < parts_.size(); ++part)
      add_to(to, sum(part) + i * n_, n_);
  }

  GemmOutput target_;
  std::int64_t m_, n_;
  std::vector<Gemm> parts_;
  AlignedVector<float> sums_;
};

// Some panels each, about equal ones: `wanted` tasks, or more, if there are
// panels enough.
void add_tasks(const Gemm* first, const Gemm* last, std::int64_t wanted,
               std::vector<Task>& tasks) {
  constexpr std::int64_t kMaxPanels = 8;
  const auto& shape = first->shape;
  const auto panels = blocks_of(shape.n, kGemmPanel);
  const auto parts =
      std::clamp<std::int64_t>(wanted, blocks_of(panels, kMaxPanels), panels);
  for (std::int64_t row = 0; row < shape.m; row += kRows)
    for (std::int64_t part = 0; part < parts; ++part)
      tasks.push_back({first, last, panels * part / parts,
                       panels * (part + 1) / parts, row,
                       std::min(kRows, shape.m - row)});
}

// The end of each worker's share: about equal work.
std::vector<std::int64_t> shares_of(const std::vector<Task>& tasks) {
  constexpr std::int64_t kWorkPerThread = 1 << 19;
  std::int64_t all = 0;
  for (const auto& task : tasks) all += task.work();
  const auto workers = workers_for(all / kWorkPerThread);
  std::vector<std::int64_t> ends;
  std::int64_t done = 0;
  std::int64_t task = 0;
  for (std::int64_t worker = 1; worker < workers; ++worker) {
    const auto n_tasks = static_cast<std::int64_t>(tasks.size());
    for (; task < n_tasks && done * workers < all * worker; ++task)
      done += tasks[static_cast<std::size_t>(task)].work();
    ends.push_back(task);
  }
  ends.push_back(static_cast<std::int64_t>(tasks.size()));
  return ends;
}

bool has_unit_step(const MatrixView& x) {
  return x.row_step == 1 || x.column_step == 1;
}

}  // namespace

bool uses_amx(const AccumulatedGemm& chain) {
  constexpr std::int64_t kMinSize = 32;
  constexpr std::int64_t kMinDepth = 1 << 15;
  return cpu_level() == CpuLevel::kAmx && !chain.empty() &&
         std::all_of(chain.begin(), chain.end(), [](const Gemm& p) {
           return p.shape.n >= kMinSize && p.shape.k >= kMinSize &&
                  p.shape.n * p.shape.k >= kMinDepth && has_unit_step(p.a) &&
                  has_unit_step(p.b) &&
                  (p.target.column_sums == nullptr || p.b.column_step == 1);
         });
}

void amx_gemm(const std::vector<const AccumulatedGemm*>& chains) {
  constexpr std::int64_t kTasksPerThread = 4;
  std::vector<DeepChain> deep;
  deep.reserve(chains.size());
  std::vector<Task> tasks;
  for (const auto* chain : chains) {
    if (!DeepChain::suits(*chain)) {
      add_tasks(chain->data(), chain->data() + chain->size(),
                kTasksPerThread * at::get_num_threads(), tasks);
      continue;
    }
    deep.emplace_back(*chain);
    for (const auto& part : deep.back().parts())
      add_tasks(&part, &part + 1, 1, tasks);
  }
  share_tasks(shares_of(tasks), [&](auto take) {
    Worker worker;
    for (std::int64_t task; take(task);)
      worker.run(tasks[static_cast<std::size_t>(task)]);
  });
  for (auto& chain : deep) chain.add_up();
}

}  // namespace scvigor

#else

namespace scvigor {

bool uses_amx(const AccumulatedGemm&) { return false; }
void amx_gemm(const std::vector<const AccumulatedGemm*>&) {}

}  // namespace scvigor

#endif
