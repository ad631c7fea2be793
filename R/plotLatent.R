#' Plot latent spaces
#'
#' A picture of the cells in latent space, by UMAP, colored by what is known of
#' them. Several spaces stand side by side, such as one before and one after
#' integration. Needs ggplot2, and for spaces of more than two dimensions uwot
#' and withr.
#'
#' @param object An object that [runSCVI()] returned or with other reduced
#'   dimensions, a model, or a matrix of coordinates (cells x dimensions).
#' @param color What to color cells by: names of columns of the cell table,
#'   values for each cell, or a table with a column for each. Numbers get a
#'   color scale, unless they are a few whole ones, such as clusters. NULL
#'   (default): one color.
#' @param name Names of the spaces to show, in that order: results of
#'   [runSCVI()] or other reduced dimensions, such as `c("PCA", "scVI")`. If it
#'   has names, they are the titles. NULL (default): `"scVI"`, for Seurat
#'   `"scvi"`. A space of two dimensions is shown as it is.
#' @param ... Not used: catches misspelt arguments.
#' @param n_neighbors,min_dist UMAP's neighbors (default 15; more show the
#'   large, fewer the fine structure) and the least distance of points (default
#'   0.3).
#' @param size Size of the points; NULL (default): by their number.
#' @param seed A whole number that fixes UMAP and the order in which points are
#'   drawn, default 1. R's own random numbers are left as they were.
#'
#' @return A ggplot object, with a panel for each space. For several columns
#'   one row of panels each, put together by the package patchwork.
#' @seealso [runSCVI()], [latentRepresentation()]
#' @examplesIf all(vapply(c("uwot", "withr", "ggplot2"), requireNamespace, NA))
#' sce <- runSCVI(exampleIFNB(), max_epochs = 5, n_hidden = 32, name = "raw")
#' sce <- runSCVI(
#'     sce, batch = "stimulus", max_epochs = 5, n_hidden = 32
#' )
#' plotLatent(sce, "cell_type")
#' plotLatent(sce, "stimulus", name = c(before = "raw", after = "scVI"))
#' @export
plotLatent <- function(
    object, color = NULL, name = NULL, ..., n_neighbors = 15, min_dist = 0.3,
    size = NULL, seed = 1
) {
    .check_dots(list(...), names(formals()))
    .check_package("ggplot2", "plotLatent()")
    .check_count(n_neighbors, "n_neighbors", min = 2)
    .check_non_negative(min_dist, "min_dist")
    if (!is.null(size)) {
        .check_positive(size, "size")
    }
    .check_count(seed, "seed", min = 0, max = .Machine$integer.max)
    spaces <- .named_spaces(object, name)
    colors <- .plot_colors(object, color, spaces[[1]])
    points <- .plot_coordinates(spaces, n_neighbors, min_dist, seed)
    # a random order, drawn without R's generator
    order <- order(draw_seeds(seed, nrow(spaces[[1]])))
    panels <- lapply(names(colors), function(column) {
        .plot_space(points, colors[[column]], column, order, size)
    })
    if (length(panels) == 1) {
        return(panels[[1]])
    }
    .check_package("patchwork", "plotLatent() with several colors")
    patchwork::wrap_plots(panels, ncol = 1)
}

.set_generic("plotLatent", "object")

# Latent spaces by their titles.
.named_spaces <- function(object, name) {
    if (is.character(object) && is.null(dim(object))) {
        object <- .read_model(.check_path(object, "object"))
    }
    if (is.null(name)) {
        found <- list(.latent_coordinates(object, "object", NULL))
        names(found) <- if (is(object, "SingleCellExperiment") ||
                            inherits(object, "Seurat")) {
            .latent_name(object, NULL)
        } else {
            "latent space"
        }
        return(found)
    }
    if (!is.character(name) || !length(name)) {
        .stop_argument(
            "name", "`name` must hold names of reduced dimensions."
        )
    }
    if (!is(object, "SingleCellExperiment") && !inherits(object, "Seurat")) {
        .stop_argument(
            "name", "`name` chooses among the results of an object; `object` ",
            "is a ", class(object)[1], "."
        )
    }
    titles <- names(name)
    if (is.null(titles)) titles <- unname(name)
    unnamed <- is.na(titles) | !nzchar(titles)
    titles[unnamed] <- name[unnamed]
    spaces <- lapply(unname(name), function(one) {
        .latent_coordinates(object, "object", one)
    })
    stats::setNames(spaces, make.unique(titles))
}

# What to color by: vectors, one value per cell, that are factors or numbers.
.plot_colors <- function(object, color, space) {
    if (is.null(color)) {
        return(list(cells = NULL))
    }
    found <- .cell_columns(color, "color", object, space, unnamed = "color")
    if (!length(found)) {
        .stop_argument("color", "`color` is empty.")
    }
    Map(function(covariate, column) {
        values <- covariate$values
        label <- .covariate_label(covariate, "color")
        if (is.numeric(values) && !is.factor(values) &&
            !.are_few_whole(values)) {
            return(as.numeric(values))
        }
        found <- .categorize(values, label, "color")
        factor(found$levels[found$codes], found$levels)
    }, found, names(found))
}

.are_few_whole <- function(values, max_n = 12) {
    values <- unique(values[!is.na(values)])
    length(values) <= max_n && all(values == floor(values))
}

# One table for all spaces: x, y, panel, cell.
.plot_coordinates <- function(spaces, n_neighbors, min_dist, seed) {
    tables <- Map(function(space, title) {
        points <- if (ncol(space) == 2) {
            space
        } else {
            .umap(space, n_neighbors, min_dist, seed)
        }
        data.frame(
            x = points[, 1], y = points[, 2], panel = title,
            cell = seq_len(nrow(points)), row.names = NULL
        )
    }, spaces, names(spaces))
    table <- do.call(rbind, unname(tables))
    table$panel <- factor(table$panel, names(spaces))
    attr(table, "is_umap") <- any(vapply(spaces, ncol, 1L) != 2)
    table
}

# uwot draws from R's random numbers, and its own argument `seed` would change
# them; withr gives the user's generator back, whatever its kind.
.umap <- function(space, n_neighbors, min_dist, seed) {
    .check_package("uwot", "plotLatent()")
    .check_package("withr", "plotLatent()")
    if (nrow(space) < 4) {
        .stop_argument(
            "object", "There are ", .pluralize(nrow(space), "cell"), "; UMAP ",
            "needs at least 4."
        )
    }
    withr::with_seed(seed, uwot::umap(
        unname(space), n_neighbors = min(n_neighbors, nrow(space) - 1),
        min_dist = min_dist, n_threads = 1, n_sgd_threads = 0
    ), .rng_kind = "Mersenne-Twister", .rng_normal_kind = "Inversion",
    .rng_sample_kind = "Rejection")
}

.plot_space <- function(points, values, title, order, size) {
    drawn <- points[order(match(points$cell, order)), ]
    n_cells <- length(order)
    if (is.null(size)) {
        size <- max(0.4, min(2, 50 / sqrt(n_cells)))
    }
    axes <- if (attr(points, "is_umap")) "UMAP" else "dimension"
    plot <- ggplot2::ggplot(drawn, ggplot2::aes(x = .data$x, y = .data$y)) +
        ggplot2::facet_wrap(~panel, scales = "free") +
        ggplot2::labs(x = paste(axes, 1), y = paste(axes, 2), color = title) +
        .plot_theme() +
        ggplot2::theme(
            axis.text = ggplot2::element_blank(),
            axis.ticks = ggplot2::element_blank(),
            panel.grid = ggplot2::element_blank(), aspect.ratio = 1
        )
    if (is.null(values)) {
        return(plot + ggplot2::geom_point(
            size = size, stroke = 0, color = .plot_blue
        ))
    }
    plot$data$color <- values[drawn$cell]
    plot + ggplot2::geom_point(
        ggplot2::aes(color = .data$color), size = size, stroke = 0
    ) + .color_scale(values)
}
