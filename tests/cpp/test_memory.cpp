// What a model takes is counted before it is made.

#include <cmath>

#include "catch.hpp"
#include "model/build.hpp"
#include "model/memory.hpp"
#include "model/vae.hpp"
#include "scvigor/model.hpp"
#include "scvigor/runtime.hpp"
#include "util/machine.hpp"

using namespace scvigor;
using core::gigabytes;
using core::n_weights;

namespace {

double n_made(const ModelOptions& options) {
  double n = 0.0;
  const auto levels = static_cast<std::size_t>(options.n_batch);
  const LibraryPrior prior{std::vector<double>(levels, 0.0),
                           std::vector<double>(levels, 1.0)};
  for (const StateTensor& tensor : Model(options, 1, prior).state())
    n += static_cast<double>(tensor.values.size());
  return n;
}

std::string refused_argument(const ModelOptions& options) {
  try {
    validate(options);
  } catch (const ArgumentError& error) {
    CHECK_THAT(error.what(), contains(" GB"));
    return error.argument();
  }
  return "";
}

}  // namespace

TEST_CASE("the number of weights is that of the model that is made") {
  ModelOptions options;
  options.n_genes = 300;
  for (const auto decoder : {DecoderKind::kNonlinear, DecoderKind::kLinear})
    for (const auto n_layers : {1, 3})
      for (const bool encoded : {false, true})
        for (const bool observed : {false, true}) {
          options.decoder = decoder;
          options.n_layers = n_layers;
          options.n_batch = 7;
          options.n_cats_per_cov = {5};
          options.n_continuous_cov = 2;
          options.encode_covariates = encoded;
          options.use_observed_lib_size = observed;
          const double made = n_made(options);
          CHECK(n_weights(options) > 0.9 * made);
          CHECK(n_weights(options) < 1.05 * made);
        }
}

TEST_CASE("an option too large for the machine is named") {
  ModelOptions options;
  options.n_genes = 1000;
  CHECK(refused_argument(options) == "");
  options.n_hidden = std::int64_t{1} << 31;
  CHECK(refused_argument(options) == "n_hidden");
  options.n_hidden = std::int64_t{1} << 53;
  CHECK(refused_argument(options) == "n_hidden");
  options.n_hidden = 128;
  options.n_layers = 1000000000;
  CHECK(refused_argument(options) == "n_layers");
  options.n_layers = 1;
  options.n_latent = 1000000000;
  CHECK(refused_argument(options) == "n_latent");
}

TEST_CASE("gigabytes have one decimal below ten") {
  CHECK(gigabytes(1.54e9) == "1.5 GB");
  CHECK(gigabytes(1.5461e13) == "15461 GB");
  CHECK(memory_limit() > 1e8);
  CHECK(n_processors() >= 1);
}
