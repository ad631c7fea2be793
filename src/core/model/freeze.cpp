// Which weights a query moves: the rules of scArches as scvi-tools has them,
// save that levels which only the query has are free wherever they are.

#include "model/freeze.hpp"

#include <string>

namespace scvigor {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}
bool starts_with(const std::string& text, const std::string& start) {
  return text.rfind(start, 0) == 0;
}

// Levels of the reference in a tensor with a row a level.
std::int64_t reference_rows(const std::string& name, const ModelOptions& model,
                            const FreezeOptions& freeze) {
  const bool by_label =
      name == "px_r" && model.dispersion == Dispersion::kGeneLabel;
  return by_label ? freeze.n_labels_reference : freeze.n_batch_reference;
}

bool has_row_a_level(const std::string& name, const ModelOptions& model) {
  return starts_with(name, "_embeddings_dict.") ||
         (name == "px_r" && model.dispersion != Dispersion::kGene);
}

// The encoders, and what they read.
bool is_of_encoders(const std::string& name, const ModelOptions& model) {
  return starts_with(name, "z_encoder.") || starts_with(name, "l_encoder.") ||
         (starts_with(name, "_embeddings_dict.") && model.encode_covariates);
}

// A linear layer, or its bias: all of it, or its one-hot columns.
bool is_free_linear(const std::string& name, const FreezeOptions& freeze) {
  if (!contains(name, "fc_layers.Layer 0.0.")) return false;
  if (starts_with(name, "z_encoder.")) return !freeze.freeze_expression;
  // As in scvi-tools, a linear decoder has no first layer in this sense.
  return starts_with(name, "decoder.px_decoder.") &&
         !freeze.freeze_decoder_first_layer;
}

bool is_free_norm(const std::string& name, const FreezeOptions& freeze) {
  return starts_with(name, "z_encoder.") ? !freeze.freeze_batchnorm_encoder
                                         : !freeze.freeze_batchnorm_decoder;
}

// In "fc_layers.Layer 2.1.weight" 1 is the BatchNorm of layer 2, 0 its Linear.
char kind_in_fc_layers(const std::string& name) {
  const auto layer = name.find("fc_layers.Layer ");
  if (layer == std::string::npos) return ' ';
  return name[name.find('.', layer + 10) + 1];
}

// Number of parts, counted from the last, that are free.
std::size_t n_trainable_slices(const StateEntry& entry,
                               const FreezeOptions& freeze) {
  const std::size_t all = entry.parts.size();
  if (freeze.unfrozen || starts_with(entry.name, "l_encoder.")) return all;
  switch (kind_in_fc_layers(entry.name)) {
    case '0':
      return is_free_linear(entry.name, freeze) ? all : entry.n_one_hot;
    case '1':
      return is_free_norm(entry.name, freeze) ? all : 0;
    default:
      return 0;
  }
}

}  // namespace

std::vector<TrainableSlice> trainable_slices(const StateList& state,
                                             const ModelOptions& model,
                                             const FreezeOptions& freeze) {
  std::vector<TrainableSlice> out;
  for (const auto& entry : state.entries()) {
    if (entry.is_buffer) continue;
    if (freeze.update_only_decoder && is_of_encoders(entry.name, model))
      continue;
    if (!freeze.unfrozen && has_row_a_level(entry.name, model)) {
      const auto first = reference_rows(entry.name, model, freeze);
      if (first < entry.parts.front().size(0))
        out.emplace_back(entry.parts.front(), first);
      continue;
    }
    const std::size_t n_free = n_trainable_slices(entry, freeze);
    out.insert(out.end(), entry.parts.end() - n_free, entry.parts.end());
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
