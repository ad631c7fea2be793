#include "de_reference.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

using namespace scvigor;

namespace de_reference {
namespace {

using nlohmann::json;

// An argument that the call was not given, or given as None.
bool is_given(const json& arguments, const char* name) {
  return arguments.contains(name) && !arguments.at(name).is_null();
}

DeTest test_of(const reference::File& file, const std::string& path) {
  const auto given = json::parse(file.text("arguments", path));
  DeTest out;
  out.vanilla = given.at("mode") == "vanilla";
  if (out.vanilla) return out;
  out.two_sided_sum =
      is_given(given, "test_mode") && given.at("test_mode") == "two";
  if (is_given(given, "cred_interval_lvls"))
    given.at("cred_interval_lvls").get_to(out.cred_interval_lvls);
  if (is_given(given, "pseudocounts"))
    out.pseudocounts = given.at("pseudocounts").get<double>();
  // scvi-tools estimates it twice, by chance: the test is given the first.
  if (file.has_attribute("delta_used_in_test", path))
    out.delta = file.number("delta_used_in_test", path);
  else if (is_given(given, "delta"))
    out.delta = given.at("delta").get<double>();
  return out;
}

DeSamples samples_of(const reference::File& file, const std::string& pairs) {
  DeSamples out;
  const std::string own = pairs + "/scale";
  const std::string scale = file.has(own + "1") ? own : "samples/scale";
  const auto n = [&](const std::string& name) {
    return file.has_attribute(name, pairs)
               ? static_cast<std::int64_t>(file.number(name, pairs))
               : -1;
  };
  out.scale1 = transposed(file.read(scale + "1"), n("n_samples1"));
  out.scale2 = transposed(file.read(scale + "2"), n("n_samples2"));
  out.pair_idx1 = whole(file.values(pairs + "/pair_idx1"));
  out.pair_idx2 = whole(file.values(pairs + "/pair_idx2"));
  out.unexpressed1 = flags(file.values("counts/where_zero1"));
  out.unexpressed2 = flags(file.values("counts/where_zero2"));
  return out;
}

}  // namespace

Matrix transposed(const reference::Array& array, std::int64_t n_rows) {
  const auto n = n_rows < 0 ? array.shape[0] : n_rows;
  const auto n_cols = array.shape[1];
  Matrix out{n_cols, n, {}};
  for (std::int64_t j = 0; j < n_cols; ++j)
    for (std::int64_t i = 0; i < n; ++i)
      out.values.push_back(
          array.values[static_cast<std::size_t>(i * n_cols + j)]);
  return out;
}

std::vector<std::int64_t> whole(const std::vector<double>& values) {
  return std::vector<std::int64_t>(values.begin(), values.end());
}

std::vector<std::uint8_t> flags(const std::vector<double>& values) {
  return std::vector<std::uint8_t>(values.begin(), values.end());
}

void pair_in_order(DeSamples& samples) {
  const auto n = std::min(samples.scale1.n_cols, samples.scale2.n_cols);
  samples.pair_idx1.resize(static_cast<std::size_t>(n));
  std::iota(samples.pair_idx1.begin(), samples.pair_idx1.end(), 0);
  samples.pair_idx2 = samples.pair_idx1;
}

std::vector<Case> cases(const reference::File& file) {
  std::vector<Case> out;
  for (const auto& pairs : file.list("bayes_factors")) {
    const std::string group = "bayes_factors/" + pairs;
    for (const auto& name : file.list(group)) {
      const std::string path = group + "/" + name;
      if (!file.has_attribute("columns", path)) continue;
      const auto columns = nlohmann::json::parse(file.text("columns", path));
      out.push_back({path, samples_of(file, group), test_of(file, path),
                     columns.get<std::vector<std::string>>()});
    }
  }
  return out;
}

}  // namespace de_reference
