#ifndef SCVIGOR_TESTS_CATCH_HPP
#define SCVIGOR_TESTS_CATCH_HPP

// Catch2, whichever of versions 2 and 3 the system has.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

#endif
