# The options of trainSCVI() that decide how weights are found; their defaults
# are written in inst/include/scvigor/options.hpp and shown by its formals.

#' @param recipe `"scvi-tools"` (default): every option as it is there.
#'   `"fast"`: the same model and loss in a tenth of the time, by a learning
#'   rate that rises to 0.016 and falls (`lr_schedule = "one-cycle"`) with
#'   clipped gradients and a smaller `eps`, a KL weight that grows over the
#'   first fifth of the steps, and a number of steps that goes by the number of
#'   cells (25 epochs, at least 600 and at most 20,000 steps); training stops
#'   earlier where the held-out cells no longer gain, and the weights of the
#'   best epoch are kept. Arguments that are given win over the recipe;
#'   [trainOptions()] shows what it chose.
#' @param max_epochs Passes over the data. NULL (default): 400, and fewer for
#'   more than 20,000 cells (`20000 / cells * 400`). More fit better until
#'   they overfit; see `early_stopping`.
#' @param max_steps Training ends after so many steps, minibatches that is, if
#'   not before. NULL (default): by epochs alone.
#' @param limit_train_batches,limit_val_batches Minibatches of an epoch and of
#'   a look at the validation cells, for data so large that an epoch is too long
#'   to wait for. NULL (default): all.
#' @param batch_size Cells per minibatch, default 128. More run faster per
#'   epoch and take fewer steps.
#' @param train_size,validation_size Shares of the cells that train and
#'   validate; NULL (default): 0.9 and the rest. What remains is for testing.
#' @param shuffle_set_split FALSE: the first cells validate, the next train.
#'   Default TRUE: drawn at random.
#' @param external_indexing Instead of shares: a list `train`, `validation`,
#'   `test` of cells (positions, names, or TRUE and FALSE). Without `train`
#'   all other cells train.
#' @param balance_by A category of cells, such as cell types or samples, some
#'   of them rare or small, of which each level is to be trained on equally
#'   often: a column name, or a value per cell. As many cells as there are for
#'   training are drawn in each epoch, with replacement, so that cells of small
#'   levels are seen several times and others not at all. NULL
#'   (default): every cell once per epoch. Held-out cells are never weighted;
#'   losses of the training in [trainingHistory()] are those of the cells drawn.
#' @param cell_weights How often each cell is drawn, in proportion, as torch's
#'   WeightedRandomSampler does: a column name, or a number from 0 per cell. 0:
#'   never. With `balance_by`, within each level. NULL (default): all alike.
#' @param drop_last TRUE: an incomplete last minibatch is skipped. Default
#'   FALSE.
#' @param shuffle_block_size Cells that are neighbors in a file of packed counts
#'   and are read together, so that data which memory does not hold are read in
#'   larger pieces. Blocks of so many cells are shuffled, and then the cells
#'   among at least 16,384 and 128 minibatches; the mean of anything over a
#'   minibatch varies by a factor of at most 1 + `shuffle_block_size` / 128 more
#'   than with 1, the full shuffle. NULL (default): 16 for packed counts in a
#'   file that is larger than the free memory, with a message, else 1.
#' @param optimizer `"Adam"` (default) or `"AdamW"`.
#' @param lr Learning rate, default 0.001. Larger is faster and less stable.
#' @param weight_decay L2 penalty on the weights, default 1e-6.
#' @param eps Adam's constant in the denominator, default 0.01.
#' @param gradient_clip_val Largest norm of a gradient; NULL (default): no
#'   limit. A limit (10, say) helps where training diverges.
#' @param matmul_precision How exact the products of matrices in training steps
#'   are, in PyTorch's words: `"highest"` (default), as float32 is; `"high"`,
#'   of numbers of 16 bits (two bfloat16, an error of 0.002 percent);
#'   `"medium"`, of numbers of 8 bits (one bfloat16, an error of 0.4 percent).
#'   Less is faster on processors with instructions for bfloat16: Intel's AMX
#'   has both, AVX-512-BF16 `"medium"`; see [scviInfo()]. Others, and GPUs,
#'   compute as `"highest"` whatever is said, and so does any processor outside
#'   of training steps and with `precision = "float64"`. With fewer bits,
#'   processors of different kinds give different models.
#' @param n_epochs_kl_warmup,n_steps_kl_warmup Epochs (default 400) or
#'   minibatches over which the KL weight grows. NULL: it does not. Epochs win
#'   when both are given.
#' @param min_kl_weight,max_kl_weight The KL weight's range, default 0 to 1.
#' @param lr_schedule How the learning rate depends on the step: `"constant"`
#'   (default); `"cosine"`, falls from `lr` to `lr_min` at the last step;
#'   `"one-cycle"`, rises to `lr` and falls, as torch's OneCycleLR; `"step"`, is
#'   multiplied by `lr_gamma` after every `lr_step_size` steps.
#' @param lr_warmup_steps Steps in which the learning rate grows linearly,
#'   before the schedule begins. Default 0.
#' @param pct_start,div_factor,final_div_factor Of `"one-cycle"`: the share of
#'   the steps in which the rate rises (0.3), from `lr / div_factor` (25), and
#'   by what the first rate is divided for the last (10,000).
#' @param lr_step_size,lr_gamma Of `"step"`: 1000 steps and 0.3.
#' @param ema_decay An exponential moving average of the weights (and of
#'   BatchNorm's statistics) is validated, and is the model in the end. 0.99 to
#'   0.999 are usual: more average over more steps. NULL (default): none.
#' @param reduce_lr_on_plateau TRUE: the learning rate falls when
#'   `lr_scheduler_metric` no longer does. Default FALSE.
#' @param lr_factor,lr_patience,lr_threshold,lr_min It is multiplied by 0.6
#'   after 30 epochs without an improvement of more than 0, down to 0.
#' @param lr_scheduler_metric The column of [trainingHistory()] to watch,
#'   default `"elbo_validation"`.
#' @param early_stopping TRUE: training ends when `early_stopping_monitor` no
#'   longer improves. Default FALSE.
#' @param early_stopping_monitor The column of [trainingHistory()] to watch,
#'   default `"elbo_validation"`.
#' @param early_stopping_min_delta,early_stopping_patience Smallest change
#'   that counts (0) and epochs to wait for one (45). More patience trains
#'   longer.
#' @param early_stopping_patience_steps The steps to wait, instead of
#'   `early_stopping_patience` epochs. NULL (default): epochs.
#' @param early_stopping_mode `"min"` (default) or `"max"`: the better
#'   direction.
#' @param early_stopping_warmup_epochs Epochs before it may stop, default 0.
#' @param check_val_every_n_epoch Epochs between looks at the validation
#'   cells. NULL (default): 1 if something watches them, else never.
#' @param load_best_on_end TRUE: the model ends with the weights of the epoch
#'   with the lowest `checkpointing_monitor`, also when Ctrl-C or a number that
#'   is not finite ends training. Works without files too. Default FALSE.
#' @param checkpointing_monitor The column of [trainingHistory()] that decides
#'   which epoch is best, default `"elbo_validation"`.
#' @param checkpoint Path of a file (HDF5, usually `.h5`), or of a folder to put
#'   one into, that keeps the run for [resumeTraining()]. NULL (default): none.
#' @param checkpoint_every Epochs between two writes of it, default 10; it is
#'   also written after the last one. More write less often, and lose more when
#'   the machine fails.
#' @param checkpoint_overwrite TRUE: a file at that path is replaced, whatever
#'   it is. Default FALSE: only if it is a checkpoint of the same cells and
#'   model, with a message.
#' @param plan_kwargs Training options as a named list, for code that passes
#'   them around; an argument given by itself wins. A name that is not a
#'   training option is an error, since nothing would use it.
#' @rdname trainSCVI
#' @name trainSCVI
NULL
