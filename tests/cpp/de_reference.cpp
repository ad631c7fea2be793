#include "de_reference.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

using namespace scvigor;

namespace de_reference {
namespace {

DeTest test_of(const reference::File& file, const std::string& path) {
  const auto given = nlohmann::json::parse(file.text("arguments", path));
  DeTest out;
  out.vanilla = given.at("mode") == "vanilla";
  if (out.vanilla) return out;
  out.two_sided_sum = given.at("test_mode") == "two";
  out.cred_interval_lvls =
      given.at("cred_interval_lvls").get<std::vector<double>>();
  if (!given.at("pseudocounts").is_null())
    out.pseudocounts = given.at("pseudocounts").get<double>();
  // scvi-tools estimates it twice, by chance: the test is given the first.
  out.delta = given.at("delta").is_null()
                  ? file.number("delta_used_in_test", path)
                  : given.at("delta").get<double>();
  return out;
}

DeSamples samples_of(const reference::File& file, const std::string& pairs) {
  DeSamples out;
  const std::string own = pairs + "/scale";
  const std::string scale = file.has(own + "1") ? own : "samples/scale";
  const auto n2 = static_cast<std::int64_t>(file.number("n_samples2", pairs));
  out.scale1 = transposed(file.read(scale + "1"));
  out.scale2 = transposed(file.read(scale + "2"), n2);
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
      const bool is_case =
          name.rfind("change", 0) == 0 || name.rfind("vanilla", 0) == 0;
      if (!is_case) continue;
      const std::string path = group + "/" + name;
      const auto columns = nlohmann::json::parse(file.text("columns", path));
      out.push_back({path, samples_of(file, group), test_of(file, path),
                     columns.get<std::vector<std::string>>()});
    }
  }
  return out;
}

}  // namespace de_reference
