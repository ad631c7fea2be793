#include "device_cases.hpp"

#include <ATen/ATen.h>

#include "catch.hpp"
#include "collect.hpp"
#include "scvigor/de.hpp"
#include "scvigor/inference.hpp"
#include "support.hpp"

using namespace scvigor;

namespace support {
namespace {

void add_covariates(Cells& cells, const ModelOptions& o) {
  const auto n = cells.n_cells();
  for (std::int64_t i = 0; i < n; ++i) {
    cells.batch[static_cast<std::size_t>(i)] = i % o.n_batch;
    if (o.n_labels > 1) cells.labels.push_back(i / 2 % o.n_labels);
    for (const auto n_levels : o.n_cats_per_cov)
      cells.categorical.push_back(i / 3 % n_levels);
    for (std::int64_t k = 0; k < o.n_continuous_cov; ++k)
      cells.continuous.push_back(0.01 * static_cast<double>(i % (50 + k)));
    if (o.use_size_factor)
      cells.size_factor.push_back(1.0 + 0.1 * static_cast<double>(i % 5));
  }
}

at::Tensor vector_of(const std::vector<double>& values) {
  return at::tensor(values, at::kDouble);
}

DecodeOptions decode_options() {
  DecodeOptions o;
  o.transform_batch = {1, 0};
  o.genes = {3, 0, 7, 39};
  o.n_samples = 2;
  o.batch_size = 64;
  return o;
}

OverallOptions overall_options(bool importance) {
  OverallOptions o;
  o.n_samples_overall = 50;
  o.n_samples = 2;
  o.importance = importance;
  o.max_cells = 10;
  o.n_mc_samples = 3;
  return o;
}

at::Tensor overall(const Model& model, const Cells& cells, bool importance) {
  std::vector<at::Tensor> rows;
  expression_samples(
      model, cells, overall_options(importance), [&](const RowBlock& block) {
        rows.push_back(at::tensor(std::vector<double>(
            block.values, block.values + block.n_rows * block.n_cols)));
      });
  return at::cat(rows);
}

void add_parameters(const Model& model, const Cells& cells, Answers& out) {
  std::vector<double> mean, dispersions, dropout;
  const auto append = [](const RowBlock& from, std::vector<double>& to) {
    if (from.values != nullptr)
      to.insert(to.end(), from.values, from.values + from.n_rows * from.n_cols);
  };
  likelihood_parameters(model, cells, decode_options(),
                        [&](std::int64_t, const LikelihoodBlock& block) {
                          append(block.mean, mean);
                          append(block.dispersions, dispersions);
                          append(block.dropout, dropout);
                        });
  out.emplace_back("mean", vector_of(mean));
  out.emplace_back("dispersions", vector_of(dispersions));
  out.emplace_back("dropout", vector_of(dropout));
}

// Even against odd cells, which are of the two groups.
void add_comparison(const Model& model, const Cells& cells, bool importance,
                    Answers& out) {
  DeOptions o;
  o.parts.resize(2);
  for (std::int64_t i = 0; i < cells.n_cells(); ++i)
    o.parts[static_cast<std::size_t>(i / 2 % 2)].push_back(i);
  o.comparisons = {{{0}, {1}}};
  o.part_totals = part_counts(*cells.counts, o.parts).total;
  o.test.delta.reset();
  o.n_samples_overall = 200;
  o.importance = importance;
  o.max_cells = 10;
  o.n_mc_samples = 3;
  if (!importance) o.batchid1 = o.batchid2 = {0, 1};
  const DeTable table = differential_expression(model, cells, o).front();
  for (std::size_t k = 0; k < table.names.size(); ++k)
    out.emplace_back(table.names[k], vector_of(table.columns[k]));
}

void add_losses(const Model& model, const Cells& cells, Answers& out) {
  const CellLosses losses = cell_losses(model, cells);
  out.emplace_back("reconstruction", vector_of(losses.reconstruction_loss));
  out.emplace_back("kl_z", vector_of(losses.kl_z));
  out.emplace_back("kl_l", vector_of(losses.kl_l));
  MarginalOptions marginal;
  marginal.n_mc_samples = 3;
  out.emplace_back("marginal",
                   vector_of(marginal_log_likelihood(model, cells, marginal)));
  out.emplace_back("weights", vector_of(importance_weights(
                                  model, cells, overall_options(true))));
}

}  // namespace

const std::vector<DeviceCase>& device_cases() {
  static const std::vector<DeviceCase> cases{
      {"zinb, three batches", [](Training& t) { t.model.n_batch = 3; }},
      {"nb, two layers, covariates",
       [](Training& t) {
         t.model.gene_likelihood = GeneLikelihood::kNb;
         t.model.n_layers = 2;
         t.model.n_cats_per_cov = {3, 2};
         t.model.n_continuous_cov = 2;
         t.model.encode_covariates = true;
       }},
      {"nb, dispersion of a batch",
       [](Training& t) {
         t.model.gene_likelihood = GeneLikelihood::kNb;
         t.model.dispersion = Dispersion::kGeneBatch;
         t.model.deeply_inject_covariates = false;
         t.model.log_variational = false;
       }},
      {"poisson, learned library, embedding",
       [](Training& t) {
         t.model.gene_likelihood = GeneLikelihood::kPoisson;
         t.model.use_observed_lib_size = false;
         t.model.batch_representation = BatchRepresentation::kEmbedding;
         t.model.encode_covariates = true;
       }},
      {"zinb, dispersion of a cell, size factor, logistic normal",
       [](Training& t) {
         t.model.dispersion = Dispersion::kGeneCell;
         t.model.use_size_factor = true;
         t.model.latent_distribution = LatentDistribution::kLogisticNormal;
       }},
      {"normal, dispersion of a label",
       [](Training& t) {
         t.model.gene_likelihood = GeneLikelihood::kNormal;
         t.model.dispersion = Dispersion::kGeneLabel;
         t.model.n_labels = 3;
       }},
      {"linear decoder, AdamW, clipped",
       [](Training& t) {
         t.model.decoder = DecoderKind::kLinear;
         t.options.optimizer = Optimizer::kAdamW;
         t.options.gradient_clip_val = 5.0;
       }},
      {"softplus, LayerNorm", [](Training& t) {
         t.model.var_activation = VarActivation::kSoftplus;
         t.model.use_batch_norm = NormPlacement::kNone;
         t.model.use_layer_norm = NormPlacement::kBoth;
       }}};
  return cases;
}

Training training_of(const DeviceCase& one, Precision precision) {
  Training t;
  t.model.precision = precision;
  t.options.max_epochs = 3;
  t.options.check_val_every_n_epoch = 1;
  one.change(t);
  add_covariates(t.cells, t.model);
  return t;
}

Answers ask_everything(const Model& model, const Cells& cells) {
  Answers out;
  const Posterior q = latent_posterior(model, cells, 64);
  out.emplace_back("posterior mean", tensor_of(q.mean));
  out.emplace_back("posterior variance", tensor_of(q.var));
  LatentOptions latent;
  latent.mc_samples = 20;
  out.emplace_back("latent",
                   tensor_of(latent_representation(model, cells, latent)));
  latent.give_mean = false;
  out.emplace_back("latent draw",
                   tensor_of(latent_representation(model, cells, latent)));

  ExpressionOptions rates;
  static_cast<DecodeOptions&>(rates) = decode_options();
  rates.latent_library_size = true;
  out.emplace_back("expression", expression(model, cells));
  out.emplace_back("rates", expression(model, cells, rates));
  out.emplace_back("uniform samples", overall(model, cells, false));
  out.emplace_back("samples by importance", overall(model, cells, true));
  out.emplace_back("counts", predictive(model, cells));
  out.emplace_back("mean counts", predictive(model, cells, decode_options()));
  add_parameters(model, cells, out);
  out.emplace_back("library", vector_of(latent_library_size(model, cells)));
  add_losses(model, cells, out);

  CorrelationOptions correlation;
  out.emplace_back("Spearman",
                   tensor_of(feature_correlation(model, cells, correlation)));
  correlation.ranks = false;
  out.emplace_back("Pearson",
                   tensor_of(feature_correlation(model, cells, correlation)));
  add_comparison(model, cells, false, out);
  add_comparison(model, cells, true, out);
  AbundanceOptions abundance;
  abundance.sample = cells.batch;
  out.emplace_back("abundance",
                   tensor_of(differential_abundance(model, cells, abundance)));
  if (model.options().decoder == DecoderKind::kLinear)
    out.emplace_back("loadings", tensor_of(loadings(model)));
  return out;
}

void check_close(const Answers& found, const Answers& expected,
                 double tolerance) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    INFO(found[i].first);
    REQUIRE_CLOSE(found[i].second, expected[i].second, tolerance);
  }
}

void check_close(const Trained& found, const Trained& expected,
                 double tolerance) {
  REQUIRE_CLOSE(vector_of(all_values(found.model.state())),
                vector_of(all_values(expected.model.state())), tolerance);
  for (const auto& [name, values] : expected.result.history.columns) {
    INFO(name);
    REQUIRE_CLOSE(vector_of(column(found.result.history, name)),
                  vector_of(values), tolerance);
  }
}

}  // namespace support
