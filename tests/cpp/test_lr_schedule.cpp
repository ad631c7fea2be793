// The learning rate of each step, and how many steps there are.

#include <cmath>
#include <vector>

#include "catch.hpp"
#include "train/recipe.hpp"
#include "train/schedule.hpp"

using namespace scvigor;

namespace {

std::vector<double> rates(const TrainOptions& options, std::int64_t n_steps) {
  std::vector<double> out;
  for (std::int64_t step = 0; step < n_steps; ++step)
    out.push_back(learning_rate(step, n_steps, options));
  return out;
}

}  // namespace

TEST_CASE("a constant learning rate grows in the warm-up only") {
  TrainOptions o;
  o.lr = 0.8;
  CHECK_FALSE(has_lr_schedule(o));
  CHECK(rates(o, 3) == std::vector<double>{0.8, 0.8, 0.8});
  o.lr_warmup_steps = 4;
  CHECK(has_lr_schedule(o));
  CHECK(rates(o, 6) ==
        std::vector<double>{0.2, 0.4, 0.8 * 3 / 4, 0.8, 0.8, 0.8});
}

TEST_CASE("\"cosine\" falls from lr to lr_min, after the warm-up") {
  TrainOptions o;
  o.lr = 1.0;
  o.lr_min = 0.2;
  o.lr_schedule = LrSchedule::kCosine;
  CHECK(learning_rate(0, 100, o) == Approx(1.0));
  CHECK(learning_rate(25, 100, o) ==
        Approx(0.2 + 0.8 * (1.0 + std::sqrt(0.5)) / 2.0));
  CHECK(learning_rate(50, 100, o) == Approx(0.6));
  CHECK(learning_rate(100, 100, o) == Approx(0.2));
  // A run that is resumed for longer stays at the end.
  CHECK(learning_rate(150, 100, o) == Approx(0.2));
  o.lr_warmup_steps = 20;
  CHECK(learning_rate(9, 100, o) == Approx(0.5));
  CHECK(learning_rate(20, 100, o) == Approx(1.0));
  CHECK(learning_rate(60, 100, o) == Approx(0.6));
}

// torch 2.13: OneCycleLR(SGD([p], 0.1), max_lr = 1.0, total_steps = 10)
TEST_CASE("\"one-cycle\" is torch's OneCycleLR") {
  TrainOptions o;
  o.lr = 1.0;
  o.lr_schedule = LrSchedule::kOneCycle;
  const std::vector<double> expected{0.04,
                                     0.52,
                                     1.0,
                                     0.9504846320134737,
                                     0.8117456539497631,
                                     0.6112620219362893,
                                     0.38874197806371075,
                                     0.18825834605023697,
                                     0.049519367986526286,
                                     4e-06};
  const auto found = rates(o, 10);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    INFO("step " << i);
    CHECK(found[i] == Approx(expected[i]).epsilon(1e-9));
  }
  for (const std::int64_t n : {1, 2, 3, 4})
    for (const double rate : rates(o, n)) CHECK((rate > 0.0 && rate <= 1.0));
}

TEST_CASE("\"step\" multiplies by lr_gamma after every lr_step_size steps") {
  TrainOptions o;
  o.lr = 8.0;
  o.lr_schedule = LrSchedule::kStep;
  o.lr_step_size = 2;
  o.lr_gamma = 0.5;
  CHECK(rates(o, 7) == std::vector<double>{8, 8, 4, 4, 2, 2, 1});
  o.lr_min = 3.0;
  CHECK(rates(o, 7) == std::vector<double>{8, 8, 4, 4, 3, 3, 3});
}

TEST_CASE("an epoch has a minibatch for all cells, or as many as allowed") {
  TrainOptions o;
  o.batch_size = 10;
  CHECK(minibatch_ends(25, o) == std::vector<std::int64_t>{10, 20, 25});
  CHECK(minibatch_ends(21, o) == std::vector<std::int64_t>{10, 21});
  CHECK(core::steps_per_epoch(25, o) == 3);
  o.drop_last = true;
  CHECK(minibatch_ends(25, o) == std::vector<std::int64_t>{10, 20});
  o.drop_last = false;
  o.limit_train_batches = 2;
  CHECK(minibatch_ends(25, o) == std::vector<std::int64_t>{10, 20});
  o.limit_train_batches = 9;
  CHECK(core::steps_per_epoch(25, o) == 3);
}

TEST_CASE("the recipe \"fast\" has a sensible number of steps for any data") {
  std::int64_t before = 0;
  for (const std::int64_t n :
       {450, 900, 9000, 90000, 900000, 9000000, 90000000}) {
    INFO(n << " cells");
    RecipeRequest request;
    request.recipe = Recipe::kFast;
    request.n_train = n;
    const TrainOptions o = core::recipe_options(request);
    REQUIRE(o.max_steps);
    CHECK(*o.max_steps >= before);
    CHECK(*o.max_steps >= 500);
    CHECK(*o.max_steps <= 30000);
    before = *o.max_steps;
    const auto per_epoch = core::steps_per_epoch(n, o);
    CHECK(*o.max_epochs * per_epoch >= *o.max_steps);
    CHECK((*o.max_epochs - 1) * per_epoch < *o.max_steps);
    // The held-out cells are looked at 10 times and more.
    CHECK(*o.max_epochs / *o.check_val_every_n_epoch >= 10);
    CHECK(*o.n_steps_kl_warmup < *o.max_steps / 2);
  }
}

TEST_CASE("a recipe goes by what is decided") {
  RecipeRequest request;
  request.recipe = Recipe::kFast;
  request.n_train = 1000;
  request.batch_size = 100;
  request.max_epochs = 7;
  TrainOptions o = core::recipe_options(request);
  CHECK(o.batch_size == 100);
  CHECK(o.max_epochs == 7);
  CHECK(o.max_steps == 70);
  request.max_steps = 33;
  o = core::recipe_options(request);
  CHECK(o.max_steps == 33);
  request.max_epochs.reset();
  o = core::recipe_options(request);
  CHECK(o.max_steps == 33);
  CHECK(o.max_epochs == 4);
  request.has_validation = false;
  o = core::recipe_options(request);
  CHECK_FALSE(o.early_stopping);
  CHECK_FALSE(o.load_best_on_end);
}

TEST_CASE("the recipe of scvi-tools is the defaults") {
  RecipeRequest request;
  request.n_train = 1000;
  TrainOptions o = core::recipe_options(request);
  CHECK_FALSE(o.max_epochs);
  CHECK(o.batch_size == TrainOptions{}.batch_size);
  CHECK(o.lr == TrainOptions{}.lr);
  CHECK(o.n_epochs_kl_warmup == TrainOptions{}.n_epochs_kl_warmup);
  request.max_steps = 20;
  o = core::recipe_options(request);
  CHECK(o.max_epochs == 3);  // of 8 steps
}
