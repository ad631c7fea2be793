#ifndef SCVIGOR_CORE_TRAIN_RUN_HPP
#define SCVIGOR_CORE_TRAIN_RUN_HPP

#include "model/vae.hpp"
#include "scvigor/train.hpp"

namespace scvigor::core {

// See scvigor/train.hpp; the arguments have been checked.
TrainResult train(Vae& vae, const Cells& cells, const Split& split,
                  const TrainOptions& options, std::uint64_t seed,
                  const Hooks& hooks);
TrainResult resume(Vae& vae, const Cells& cells, const TrainingState& from,
                   const TrainOptions& options, const Hooks& hooks);

}  // namespace scvigor::core

#endif
