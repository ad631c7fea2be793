# Verbs are S4 generics, so that packages with containers of their own can add
# methods for them. The function that is defined is the default method: it
# serves all containers that scvigor knows.

# A verb without its first argument: it may be among `dots` by the name that
# another program has for it.
.stop_without_first <- function(first, dots) {
    for (name in names(dots)) {
        if (first %in% .foreign_arguments[[.lower_case(name)]]) {
            .check_dots(dots[name], first)
        }
    }
    what <- .first_arguments[first]
    .check_not_missing(!is.na(what), first, what)
}

# Those that every verb needs. Verbs with an `x` say what it is.
.first_arguments <- c(
    object = "a model or an object with one",
    de = "a result of differentialExpression()",
    check = "a result of posteriorPredictiveCheck()"
)

# `verb`: the name of the function. All of its arguments become those of the
# generic, which editors complete; it dispatches on those in `signature`. These
# are evaluated before standardGeneric(), which would change the class and the
# message of an error in one of them.
.set_generic <- function(verb, signature) {
    where <- topenv(parent.frame())
    method <- get(verb, envir = where)
    evaluate <- lapply(signature, function(argument) {
        bquote(if (!missing(.(as.name(argument)))) force(.(as.name(argument))))
    })
    first <- signature[1]
    dots <- if ("..." %in% names(formals(method))) quote(list(...))
    check <- bquote(
        if (missing(.(as.name(first)))) .stop_without_first(.(first), .(dots))
    )
    generic <- method
    body(generic) <- as.call(
        c(quote(`{`), check, evaluate, call("standardGeneric", verb))
    )
    setGeneric(
        verb, generic, where = where, signature = signature,
        useAsDefault = method
    )
}
