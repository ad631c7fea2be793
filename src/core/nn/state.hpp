#ifndef SCVIGOR_CORE_NN_STATE_HPP
#define SCVIGOR_CORE_NN_STATE_HPP

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace scvigor {

// What a tensor of the state belongs to. Rules about weights (freezing, new
// levels) go by this tag; the name is for files alone.
enum class StateModule {
  kModel,
  kZEncoder,
  kLibraryEncoder,
  kDecoderHidden,  // the hidden layers of the nonlinear decoder
  kDecoderHeads
};
enum class StateKind {
  kLinear,
  kBatchNorm,
  kDispersion,
  kBatchEmbedding,
  kLibraryPrior
};
// The covariate that a tensor has one row per level of.
enum class LevelRows { kNone, kBatch, kLabel };

struct StateTag {
  static constexpr int kNoLayer = -1;

  StateModule module = StateModule::kModel;
  StateKind kind = StateKind::kLinear;
  int layer = kNoLayer;  // of fully connected layers, from 0
  LevelRows levels = LevelRows::kNone;
};

// Where a module lists its state: the start of its names, and its tag.
struct StateScope {
  std::string prefix;
  StateTag tag;

  StateScope(std::string start, StateModule module) : prefix(std::move(start)) {
    tag.module = module;
  }
  StateScope in(const std::string& name) const {
    StateScope out = *this;
    out.prefix += name + ".";
    return out;
  }
  StateScope in_layer(const std::string& name, int layer) const {
    StateScope out = in(name);
    out.tag.layer = layer;
    return out;
  }
  StateScope of_kind(StateKind kind) const {
    StateScope out = *this;
    out.tag.kind = kind;
    return out;
  }
};

// One tensor of a module under its name in scvi-tools' state_dict. It may be
// stored in several parts (the column blocks of a linear weight) and
// transposed (inputs x outputs); read() and write() hide that.
struct StateEntry {
  std::string name;
  StateTag tag;
  std::vector<at::Tensor> parts;  // stacked along dimension 0
  bool transposed = false;
  bool is_buffer = false;           // without a gradient
  std::vector<std::int64_t> shape;  // in the state_dict
  std::size_t n_one_hot = 0;        // the last parts: one per one-hot covariate

  at::Tensor read() const;                    // a copy
  void write(const at::Tensor& value) const;  // into the parts, in place
  // The gradient; undefined if no part has one.
  at::Tensor read_grad() const;
};

// Collects the entries of a module, in the order of its state_dict.
class StateList {
 public:
  void parameter(const StateScope& scope, const std::string& name,
                 const at::Tensor& value);
  void buffer(const StateScope& scope, const std::string& name,
              const at::Tensor& value);
  // Parts of inputs x outputs; in the state_dict outputs x all inputs.
  void weight(const StateScope& scope, const std::string& name,
              const std::vector<at::Tensor>& parts, std::size_t n_one_hot);
  // rows x genes; in the state_dict genes x rows, or genes without levels.
  void dispersion(const StateScope& scope, const std::string& name,
                  const at::Tensor& value);

  const std::vector<StateEntry>& entries() const { return entries_; }
  // All tensors with gradients.
  std::vector<at::Tensor> parameters() const;
  // The others, such as statistics that a pass in training mode updates.
  std::vector<at::Tensor> buffers() const;

 private:
  std::vector<StateEntry> entries_;
};

}  // namespace scvigor

#endif
