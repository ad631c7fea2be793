// Text and bytes on their way out of a file.

#include "catch.hpp"
#include "count_file_writer.hpp"
#include "io/hdf5/h5_text.hpp"
#include "util/utf8.hpp"

using namespace scvigor;
using support::H5Writer;
using support::TemporaryFile;

TEST_CASE("UTF-8 stays, anything else is Latin-1") {
  for (const std::string text :
       {"", "plain", "\xC3\xBC", "\xE2\x82\xAC", "\xF0\x9F\xA7\xAC"})
    CHECK(to_utf8(text) == text);
  CHECK(to_utf8("\xFC") == "\xC3\xBC");
  CHECK(to_utf8("a\xC3") == "a\xC3\x83");            // cut short
  CHECK(to_utf8("\xC0\x80") == "\xC3\x80\xC2\x80");  // overlong
  CHECK(to_utf8("\xED\xA0\x80").size() == 6);        // a surrogate
  CHECK(to_utf8("\xF4\x90\x80\x80").size() == 8);    // too large
  CHECK(to_utf8(std::string("ab\0cd", 5)) == "ab");
}

TEST_CASE("Text of fixed and of variable length") {
  const std::vector<std::string> words{"", "one",
                                       "\xC3\xBC"
                                       "ber",
                                       "four"};
  const TemporaryFile path;
  {
    H5Writer file(path.path());
    file.text("fixed", words, 5);
    file.text("variable", words);
    file.attribute("fixed", "one", std::string("x"));
    file.attribute("fixed", "all", words);
  }
  const h5::Group root = h5::open_file(path.path());
  const auto fixed = h5::Dataset::open(root, "fixed");
  CHECK(h5::read_text(fixed) == words);
  CHECK(h5::read_text(h5::Dataset::open(root, "variable")) == words);
  CHECK(h5::text_attribute_or_empty(fixed, "one") == "x");
  CHECK(h5::text_attribute(fixed, "all") == words);
  CHECK_FALSE(h5::text_attribute(fixed, "none"));
  CHECK_FALSE(h5::integer_attribute(fixed, "one"));
}

TEST_CASE("LZF is unpacked") {
  // Four bytes as they are, then 28 bytes from 4 back: eight times 1.
  const unsigned char packed[] = {3, 1, 0, 0, 0, 0xE0, 19, 3};
  const TemporaryFile path;
  {
    H5Writer file(path.path());
    const hsize_t n = 8, start = 0;
    const h5::Handle how(H5Pcreate(H5P_DATASET_CREATE));
    H5Pset_chunk(how.get(), 1, &n);
    H5Zunregister(32000);  // what cannot write it must not be asked to
    H5Pset_filter(how.get(), 32000, H5Z_FLAG_OPTIONAL, 0, nullptr);
    const h5::Handle space(H5Screate_simple(1, &n, nullptr));
    const h5::Handle data(H5Dcreate2(file.id(), "data", H5T_STD_I32LE,
                                     space.get(), H5P_DEFAULT, how.get(),
                                     H5P_DEFAULT));
    REQUIRE(H5Dwrite_chunk(data.get(), H5P_DEFAULT, 0, &start, sizeof packed,
                           packed) >= 0);
  }
  const auto data = h5::Dataset::open(h5::open_file(path.path()), "data");
  CHECK(data.read_all<std::int32_t>() == std::vector<std::int32_t>(8, 1));
}
