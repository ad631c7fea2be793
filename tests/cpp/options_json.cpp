#include "options_json.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>

using namespace scvigor;
using nlohmann::json;

namespace support {
namespace {

// Where scvi-tools has another name than ModelOptions.
std::string own_name(const std::string& name) {
  if (name == "n_input") return "n_genes";
  if (name == "use_size_factor_key") return "use_size_factor";
  if (name == "embedding_dim") return "batch_embedding_dim";
  return name;
}

// Arguments that are not part of the architecture, or have no value here.
bool is_irrelevant(const std::string& name) {
  static const std::set<std::string> names{
      "class", "library_log_means", "library_log_vars",
      "extra_payload_autotune", "datamodule"};
  return names.count(name) > 0;
}

bool is_group(const std::string& name) {
  return name.size() >= 6 && name.compare(name.size() - 6, 6, "kwargs") == 0 &&
         name != "batch_embedding_kwargs" && name.rfind("extra_", 0) != 0;
}

template <class T>
void set(const json& value, const char*, T& member) {
  member = value.get<T>();
}
template <class Choice>
void set_choice(const json& value, const char* name, Choice& member) {
  member = parse_choice<Choice>(name, value.get<std::string>());
}
void set(const json& v, const char* n, Dispersion& m) { set_choice(v, n, m); }
void set(const json& v, const char* n, GeneLikelihood& m) {
  set_choice(v, n, m);
}
void set(const json& v, const char* n, LatentDistribution& m) {
  set_choice(v, n, m);
}
void set(const json& v, const char* n, NormPlacement& m) {
  set_choice(v, n, m);
}
void set(const json& v, const char* n, BatchRepresentation& m) {
  set_choice(v, n, m);
}
void set(const json& v, const char* n, DecoderKind& m) { set_choice(v, n, m); }
void set(const json& v, const char* n, Precision& m) { set_choice(v, n, m); }
// A function of torch, by whatever text.
void set(const json& v, const char*, VarActivation& m) {
  m = v.dump().find("softplus") != std::string::npos ? VarActivation::kSoftplus
                                                     : VarActivation::kExp;
}

bool read_member(const std::string& name, const json& value, ModelOptions& o) {
  bool found = false;
  visit_options(o, [&](const char* member, auto& to) {
    if (own_name(name) != member) return;
    set(value, member, to);
    found = true;
  });
  return found;
}

void read_argument(const std::string& name, const json& value,
                   ModelOptions& o) {
  if (value.is_null() || is_irrelevant(name)) return;
  if (name == "batch_embedding_kwargs") {
    read_arguments(value, o);
    return;
  }
  if (!read_member(name, value, o) && !value.empty())
    throw std::runtime_error("no option for the argument " + name);
}

}  // namespace

json flat_arguments(const json& given) {
  json out = json::object();
  for (const auto& [name, value] : given.items()) {
    if (value.is_object() && is_group(name))
      out.update(flat_arguments(value));
    else if (!is_group(name))
      out[name] = value;
  }
  return out;
}

void read_arguments(const json& given, ModelOptions& o) {
  const json flat = flat_arguments(given);
  for (const auto& [name, value] : flat.items()) read_argument(name, value, o);
  // scvi-tools says 0 where there is no such column.
  o.n_batch = std::max<std::int64_t>(1, o.n_batch);
  o.n_labels = std::max<std::int64_t>(1, o.n_labels);
}

void read_linear_arguments(json given, ModelOptions& o) {
  o.decoder = DecoderKind::kLinear;
  o.gene_likelihood = GeneLikelihood::kNb;
  o.use_observed_lib_size = false;
  const auto take = [&](const char* name, auto otherwise) {
    auto value = otherwise;
    if (given.contains(name)) given.at(name).get_to(value);
    given.erase(name);
    return value;
  };
  o.use_batch_norm = take("use_batch_norm", true) ? NormPlacement::kBoth
                                                  : NormPlacement::kEncoder;
  o.linear_decoder_bias = take("bias", false);
  o.n_layers = take("n_layers_encoder", std::int64_t{1});
  take("n_layers", std::int64_t{1});
  read_arguments(given, o);
}

}  // namespace support
