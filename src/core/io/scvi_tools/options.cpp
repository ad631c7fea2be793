#include "io/scvi_tools/options.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "io/python/pickle_view.hpp"
#include "scvigor/error.hpp"
#include "util/validate_options.hpp"

namespace scvigor {

namespace {

using pickle::is_global;
using pickle::is_mapping;
using pickle::is_none;
using pickle::Kind;
using pickle::Value;

using Parameters = std::map<std::string, const Value*>;

void add_entries(const Value* mapping, Parameters& out) {
  if (!is_mapping(mapping)) return;
  for (std::size_t i = 0; i + 1 < mapping->items.size(); i += 2)
    out[text(mapping->items[i], "a parameter")] = mapping->items[i + 1];
}

// A dictionary of arguments, not an argument that is a dictionary.
bool is_group(const std::string& name, const Value* value) {
  const std::string end = "kwargs";
  const bool ends = name.size() >= end.size() &&
                    name.compare(name.size() - end.size(), end.npos, end) == 0;
  return ends && is_mapping(value) && name != "batch_embedding_kwargs" &&
         name.rfind("extra_", 0) != 0;
}

// {"non_kwargs": {...}, "kwargs": {"kwargs": {...}}}; before 0.9 all in one,
// with the keyword arguments in a dictionary among them. Groups may lie in
// each other however deep; a damaged file's may even contain themselves.
Parameters read_parameters(const Value* init) {
  if (!is_mapping(init)) pickle::unexpected(init, "`init_params_`", "a dict");
  Parameters out;
  std::set<const Value*> seen;
  std::vector<const Value*> waiting{init};
  while (!waiting.empty()) {
    const Value* group = waiting.back();
    waiting.pop_back();
    if (!seen.insert(group).second) continue;
    Parameters entries;
    add_entries(group, entries);
    for (const auto& [name, value] : entries)
      if (is_group(name, value))
        waiting.push_back(value);
      else
        out[name] = value;
  }
  return out;
}

[[noreturn]] void unsupported(const std::string& name) {
  throw FileError("uses the option `" + name +
                  "` of scvi-tools, which scvigor does not have.");
}

// One visit of every member of the options that has a parameter's name.
class Setter {
 public:
  Setter(const std::string& name, const Value* value)
      : name_(name), what_("the option `" + name + "`"), value_(value) {}

  bool done() const { return done_; }

  template <class T>
  void operator()(const char* name, T& member) {
    if (name_ != name) return;
    set(member);
    done_ = true;
  }

 private:
  void set(std::int64_t& member) { member = whole_number(value_, what_); }
  void set(double& member) { member = number(value_, what_); }
  void set(bool& member) { member = truth(value_, what_); }
  void set(std::vector<std::int64_t>&) { unsupported(name_); }

  // LinearSCVI says only whether its decoder has one.
  void set(NormPlacement& member) {
    if (value_->kind == Kind::kBool)
      member = value_->integer ? NormPlacement::kBoth : NormPlacement::kEncoder;
    else
      set<NormPlacement>(member);
  }
  void set(VarActivation& member) {
    if (is_global(value_, "torch.exp"))
      member = VarActivation::kExp;
    else if (is_global(value_, "torch._C._nn.softplus") ||
             is_global(value_, "torch.nn.functional.softplus"))
      member = VarActivation::kSoftplus;
    else
      pickle::unexpected(value_, what_, "torch.exp or softplus");
  }
  template <class Choice>
  void set(Choice& member) {
    try {
      member = parse_choice<Choice>(name_, text(value_, what_));
    } catch (const ArgumentError& error) {
      throw FileError(std::string("holds an unknown choice: ") + error.what());
    }
  }

  std::string name_, what_;
  const Value* value_;
  bool done_ = false;
};

bool is_irrelevant(const std::string& name) {
  return name == "use_cuda" || name == "use_gpu" ||
         name == "extra_payload_autotune" || name == "datamodule" ||
         name == "use_size_factor_key";
}

bool is_empty(const Value* value) {
  return is_none(value) || (is_mapping(value) && value->items.empty());
}

void set_option(const std::string& name, const Value* value,
                ModelOptions& options) {
  if (is_none(value) || is_irrelevant(name)) return;
  if (name == "bias") {
    options.linear_decoder_bias = truth(value, "the option `bias`");
    return;
  }
  if (name == "embedding_dim") {
    options.batch_embedding_dim = whole_number(value, "the embedding");
    return;
  }
  if (name == "batch_embedding_kwargs") {
    Parameters given;
    add_entries(value, given);
    for (const auto& [key, entry] : given) set_option(key, entry, options);
    return;
  }
  Setter setter(name, value);
  visit_options(options, setter);
  if (!setter.done() && !is_empty(value)) unsupported(name);
}

std::int64_t n_levels(const std::optional<CategoryEntry>& category) {
  return category ? static_cast<std::int64_t>(category->levels.size()) : 1;
}

bool has_tensor(const State& state, const std::string& name) {
  return std::any_of(state.begin(), state.end(),
                     [&](const StateTensor& t) { return t.name == name; });
}

// Where LinearSCVI differs from SCVI.
void set_linear_defaults(ModelOptions& options) {
  options.decoder = DecoderKind::kLinear;
  options.gene_likelihood = GeneLikelihood::kNb;
  options.use_observed_lib_size = false;
}

// Its encoder ignores these options.
void set_linear_facts(ModelOptions& options) {
  options.encode_covariates = false;
  options.use_layer_norm = NormPlacement::kNone;
  options.var_activation = VarActivation::kExp;
}

}  // namespace

ModelOptions read_options(const Value* attributes, const ScviToolsModel& model,
                          bool is_linear) {
  ModelOptions options;
  if (is_linear) set_linear_defaults(options);
  for (const auto& [name, value] :
       read_parameters(pickle::find(attributes, "init_params_")))
    set_option(name, value, options);
  if (is_linear) set_linear_facts(options);
  options.n_genes = static_cast<std::int64_t>(model.genes.size());
  options.n_batch = n_levels(model.registry.batch);
  options.n_labels = n_levels(model.registry.labels);
  options.n_cats_per_cov.clear();
  for (const auto& category : model.registry.categorical)
    options.n_cats_per_cov.push_back(
        static_cast<std::int64_t>(category.levels.size()));
  options.n_continuous_cov =
      static_cast<std::int64_t>(model.registry.continuous.size());
  options.use_size_factor = model.registry.size_factor.has_value();
  // The default has changed over time; the weights know.
  if (!options.use_size_factor)
    options.use_observed_lib_size =
        !has_tensor(model.state, "library_log_means");
  try {
    core::validate(options);
  } catch (const ArgumentError& error) {
    throw FileError(std::string("holds a wrong option: ") + error.what());
  }
  return options;
}

}  // namespace scvigor
