// Which weights a query trains: the rules of scArches as scvi-tools has them,
// except that levels which only the query has are always trained.

#include "model/freeze.hpp"

namespace scvigor {
namespace {

bool in_encoders(const StateTag& tag) {
  return tag.module == StateModule::kZEncoder ||
         tag.module == StateModule::kLibraryEncoder;
}

// update_only_decoder: the encoders, and what they read.
bool is_encoder_input(const StateTag& tag, const ModelOptions& model) {
  return tag.kind == StateKind::kBatchEmbedding && model.encode_covariates;
}

// The levels of the reference among the rows of a tensor.
std::int64_t n_reference_rows(const StateTag& tag,
                              const FreezeOptions& freeze) {
  return tag.levels == LevelRows::kLabel ? freeze.n_labels_reference
                                         : freeze.n_batch_reference;
}

// As in scvi-tools, a linear decoder has no first layer in this sense.
bool is_trained_first_layer(const StateTag& tag, const FreezeOptions& freeze) {
  if (tag.layer != 0) return false;
  if (tag.module == StateModule::kZEncoder) return !freeze.freeze_expression;
  return tag.module == StateModule::kDecoderHidden &&
         !freeze.freeze_decoder_first_layer;
}

bool is_trained_norm(const StateTag& tag, const FreezeOptions& freeze) {
  return tag.module == StateModule::kZEncoder
             ? !freeze.freeze_batchnorm_encoder
             : !freeze.freeze_batchnorm_decoder;
}

// Number of parts of an entry, counted from the last, that are trained.
std::size_t n_trained_parts(const StateEntry& entry,
                            const FreezeOptions& freeze) {
  const StateTag& tag = entry.tag;
  const std::size_t all = entry.parts.size();
  if (freeze.unfrozen || tag.module == StateModule::kLibraryEncoder) return all;
  switch (tag.kind) {
    case StateKind::kLinear:
      return is_trained_first_layer(tag, freeze) ? all : entry.n_one_hot;
    case StateKind::kBatchNorm:
      return is_trained_norm(tag, freeze) ? all : 0;
    case StateKind::kDispersion:
    case StateKind::kBatchEmbedding:
    case StateKind::kLibraryPrior:
      break;
  }
  return 0;
}

}  // namespace

std::vector<TrainableSlice> trainable_slices(const StateList& state,
                                             const ModelOptions& model,
                                             const FreezeOptions& freeze) {
  std::vector<TrainableSlice> out;
  for (const auto& entry : state.entries()) {
    if (entry.is_buffer) continue;
    if (freeze.update_only_decoder &&
        (in_encoders(entry.tag) || is_encoder_input(entry.tag, model)))
      continue;
    if (!freeze.unfrozen && entry.tag.levels != LevelRows::kNone) {
      const auto first = n_reference_rows(entry.tag, freeze);
      if (first < entry.parts.front().size(0))
        out.emplace_back(entry.parts.front(), first);
      continue;
    }
    const std::size_t n = n_trained_parts(entry, freeze);
    out.insert(out.end(), entry.parts.end() - static_cast<std::ptrdiff_t>(n),
               entry.parts.end());
  }
  return out;
}

Mode encoder_mode(const Mode& mode, const FreezeOptions& freeze) {
  Mode out = mode;
  if (!freeze.unfrozen) {
    out.dropout = !freeze.freeze_dropout;
    out.freeze_running_stats = freeze.freeze_batchnorm_encoder;
  }
  return out;
}

Mode decoder_mode(const Mode& mode, const FreezeOptions& freeze) {
  Mode out = mode;
  out.freeze_running_stats =
      !freeze.unfrozen && freeze.freeze_batchnorm_decoder;
  return out;
}

}  // namespace scvigor
