# Verbs are S4 generics, so that packages with containers of their own can add
# methods for them. The function that is defined is the default method: it
# serves all containers that scvigor knows.

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
    generic <- method
    body(generic) <- as.call(
        c(quote(`{`), evaluate, call("standardGeneric", verb))
    )
    setGeneric(
        verb, generic, where = where, signature = signature,
        useAsDefault = method
    )
}
