#ifndef SCVIGOR_CORE_MODEL_FREEZE_HPP
#define SCVIGOR_CORE_MODEL_FREEZE_HPP

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "nn/fc_layers.hpp"
#include "nn/state.hpp"
#include "scvigor/options.hpp"

namespace scvigor {

// The part of a tensor that training changes: rows from `first_row` on.
struct TrainableSlice {
  TrainableSlice(at::Tensor all_rows,
                 std::int64_t first = 0)  // NOLINT: implicit
      : tensor(std::move(all_rows)), first_row(first) {}

  // Those rows of the tensor or its gradient, which may be undefined.
  at::Tensor trainable_rows(const at::Tensor& rows) const {
    if (!rows.defined() || first_row == 0) return rows;
    return rows.narrow(0, first_row, rows.size(0) - first_row);
  }

  at::Tensor tensor;
  std::int64_t first_row = 0;
};

// The parts of a model's state that FreezeOptions does not freeze.
std::vector<TrainableSlice> trainable_slices(const StateList& state,
                                             const ModelOptions& model,
                                             const FreezeOptions& freeze);

// The modes of the z encoder and the decoder; the library encoder is never
// frozen.
Mode encoder_mode(const Mode& mode, const FreezeOptions& freeze);
Mode decoder_mode(const Mode& mode, const FreezeOptions& freeze);

}  // namespace scvigor

#endif
