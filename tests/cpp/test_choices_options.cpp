// Options: names of choices, and every value out of range refused by name.

#include <cmath>
#include <functional>
#include <limits>
#include <set>

#include "catch.hpp"
#include "distributions/likelihood.hpp"
#include "scvigor/options.hpp"

using namespace scvigor;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The argument that validate() points at; "" where it accepts.
template <class Options>
std::string refused(const Options& options) {
  try {
    validate(options);
  } catch (const ArgumentError& error) {
    // The message names it too, the way a user writes it.
    CHECK_THAT(error.what(), contains("`" + error.argument() + "`"));
    return error.argument();
  }
  return "";
}

ModelOptions model_options() {
  ModelOptions o;
  o.n_genes = 10;
  return o;
}

std::string refused_model(const std::function<void(ModelOptions&)>& change) {
  ModelOptions o = model_options();
  change(o);
  return refused(o);
}
std::string refused_train(const std::function<void(TrainOptions&)>& change) {
  TrainOptions o;
  change(o);
  return refused(o);
}

template <class Choice>
void check_round_trip() {
  for (const auto& [choice, name] : choice_names(Choice{})) {
    CHECK(to_string(choice) == name);
    CHECK(parse_choice<Choice>("argument", name) == choice);
  }
}

struct CollectNames {
  std::vector<std::string> names;
  template <class Value>
  void operator()(const char* name, const Value&) {
    names.push_back(name);
  }
};

}  // namespace

TEST_CASE("every choice can be parsed from its name") {
  check_round_trip<GeneLikelihood>();
  check_round_trip<Dispersion>();
  check_round_trip<LatentDistribution>();
  check_round_trip<NormPlacement>();
  check_round_trip<BatchRepresentation>();
  check_round_trip<VarActivation>();
  check_round_trip<DecoderKind>();
  check_round_trip<Precision>();
  check_round_trip<Optimizer>();
}

TEST_CASE("every likelihood has a row of its own") {
  for (const auto& [likelihood, name] : choice_names(GeneLikelihood{})) {
    INFO(name);
    CHECK(likelihood_of(likelihood).choice == likelihood);
  }
}

TEST_CASE("the error for an unknown choice lists the choices") {
  for (const char* text : {"nbb", "", "NB", "zinb "}) {
    INFO("\"" << text << "\"");
    try {
      parse_choice<GeneLikelihood>("gene_likelihood", text);
      FAIL_CHECK("accepted");
    } catch (const ArgumentError& error) {
      CHECK(error.argument() == "gene_likelihood");
      const std::string message = error.what();
      for (const char* part : {"`gene_likelihood`", "\"zinb\"", "\"nb\"",
                               "\"poisson\"", "\"normal\""})
        CHECK_THAT(message, contains(part));
      CHECK_THAT(message, contains("not \"" + std::string(text) + "\""));
    }
  }
}

TEST_CASE("the defaults are valid") {
  CHECK(refused(model_options()) == "");
  CHECK(refused(TrainOptions{}) == "");
}

TEST_CASE("a model's options out of range are refused by name") {
  const auto r = refused_model;
  CHECK(r([](auto& o) { o.n_genes = 0; }) == "n_genes");
  CHECK(r([](auto& o) { o.n_batch = 0; }) == "n_batch");
  CHECK(r([](auto& o) { o.n_labels = 0; }) == "n_labels");
  CHECK(r([](auto& o) {
          o.n_cats_per_cov = {2, 0};
        }) == "categorical_covariates");
  CHECK(r([](auto& o) { o.n_continuous_cov = -1; }) == "n_continuous_cov");
  CHECK(r([](auto& o) { o.n_hidden = 0; }) == "n_hidden");
  CHECK(r([](auto& o) { o.n_latent = 0; }) == "n_latent");
  CHECK(r([](auto& o) { o.n_layers = 0; }) == "n_layers");
  CHECK(r([](auto& o) { o.batch_embedding_dim = 0; }) == "batch_embedding_dim");
  for (const double bad : {-0.1, 1.0, 1.5, kNan, kInfinity})
    CHECK(r([&](auto& o) { o.dropout_rate = bad; }) == "dropout_rate");
  CHECK(r([](auto& o) {
          o.decoder = DecoderKind::kLinear;
          o.use_size_factor = true;
        }) == "size_factor");
}

TEST_CASE("training options out of range are refused by name") {
  const auto r = refused_train;
  CHECK(r([](auto& o) { o.max_epochs = 0; }) == "max_epochs");
  CHECK(r([](auto& o) { o.batch_size = 0; }) == "batch_size");
  for (const double bad : {0.0, -0.5, 1.1, kNan})
    CHECK(r([&](auto& o) { o.train_size = bad; }) == "train_size");
  for (const double bad : {-0.1, 1.0, kNan})
    CHECK(r([&](auto& o) { o.validation_size = bad; }) == "validation_size");
  CHECK(r([](auto& o) {
          o.train_size = 0.8;
          o.validation_size = 0.3;
        }) == "validation_size");
  CHECK(r([](auto& o) { o.lr = 0.0; }).empty());
  CHECK(r([](auto& o) { o.lr = -1.0; }) == "lr");
  CHECK(r([](auto& o) { o.lr = kNan; }) == "lr");
  for (const double bad : {0.0, -1.0, kNan, kInfinity}) {
    CHECK(r([&](auto& o) { o.eps = bad; }) == "eps");
    CHECK(r([&](auto& o) { o.gradient_clip_val = bad; }) ==
          "gradient_clip_val");
  }
  for (const double bad : {-1e-9, kNan, kInfinity}) {
    CHECK(r([&](auto& o) { o.weight_decay = bad; }) == "weight_decay");
    CHECK(r([&](auto& o) { o.min_kl_weight = bad; }) == "min_kl_weight");
    CHECK(r([&](auto& o) { o.max_kl_weight = bad; }) == "max_kl_weight");
    CHECK(r([&](auto& o) { o.lr_min = bad; }) == "lr_min");
    CHECK(r([&](auto& o) { o.lr_threshold = bad; }) == "lr_threshold");
    CHECK(r([&](auto& o) { o.early_stopping_min_delta = bad; }) ==
          "early_stopping_min_delta");
  }
  CHECK(r([](auto& o) { o.min_kl_weight = 1.1; }) == "min_kl_weight");
  CHECK(r([](auto& o) { o.n_epochs_kl_warmup = -1; }) == "n_epochs_kl_warmup");
  CHECK(r([](auto& o) { o.n_steps_kl_warmup = -1; }) == "n_steps_kl_warmup");
  for (const double bad : {0.0, 1.0, -0.5, kNan})
    CHECK(r([&](auto& o) { o.lr_factor = bad; }) == "lr_factor");
  CHECK(r([](auto& o) { o.lr_patience = -1; }) == "lr_patience");
  CHECK(r([](auto& o) { o.early_stopping_patience = -1; }) ==
        "early_stopping_patience");
  CHECK(r([](auto& o) { o.early_stopping_warmup_epochs = -1; }) ==
        "early_stopping_warmup_epochs");
  CHECK(r([](auto& o) { o.early_stopping_mode = "mean"; }) ==
        "early_stopping_mode");
  CHECK(r([](auto& o) { o.early_stopping_monitor = "elbo"; }) ==
        "early_stopping_monitor");
  CHECK(r([](auto& o) { o.lr_scheduler_metric = "elbo_train"; }) ==
        "lr_scheduler_metric");
  CHECK(r([](auto& o) { o.check_val_every_n_epoch = 0; }) ==
        "check_val_every_n_epoch");
}

TEST_CASE(
    "the error for an invalid option has the expected and the given value") {
  ModelOptions o = model_options();
  o.dropout_rate = 1.5;
  try {
    validate(o);
    FAIL_CHECK("accepted");
  } catch (const ArgumentError& error) {
    CHECK_THAT(error.what(),
               contains("at least 0 and below 1") && contains("not 1.5"));
  }
}

TEST_CASE("every option has a unique name") {
  CollectNames model;
  visit_options(model_options(), model);
  CollectNames train;
  visit_options(TrainOptions{}, train);
  for (const auto* list : {&model.names, &train.names}) {
    CHECK(list->size() > 20);
    CHECK(std::set<std::string>(list->begin(), list->end()).size() ==
          list->size());
  }
}
