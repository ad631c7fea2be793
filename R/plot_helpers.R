# What all pictures share.

.plot_blue <- "#0072B2"
.plot_orange <- "#D55E00"
.plot_gray <- "gray60"

.plot_theme <- function() {
    ggplot2::theme_bw() + ggplot2::theme(
        strip.background = ggplot2::element_blank(),
        strip.text = ggplot2::element_text(face = "bold", hjust = 0)
    )
}

# Colors that are told apart, also by most who are color-blind; beyond eight
# groups, hues.
.group_colors <- function(n) {
    told_apart <- c(
        "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00",
        "#F0E442", "#000000"
    )
    if (n <= length(told_apart)) {
        head(told_apart, n)
    } else {
        grDevices::hcl.colors(n, "Dark 3")
    }
}

# For a factor or for numbers.
.color_scale <- function(values) {
    if (is.numeric(values)) {
        return(ggplot2::scale_color_viridis_c(na.value = "gray80"))
    }
    list(
        ggplot2::scale_color_manual(
            values = .group_colors(nlevels(values)), drop = FALSE,
            na.value = "gray80"
        ),
        ggplot2::guides(color = ggplot2::guide_legend(
            override.aes = list(size = 3)
        ))
    )
}
