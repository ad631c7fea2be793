// Texts that are canonically equivalent in Unicode.

#include "catch.hpp"
#include "scvigor/text.hpp"

using scvigor::canonical_key;

TEST_CASE("composed and decomposed characters have one key") {
  CHECK(canonical_key(u8"\u00e9") == canonical_key(u8"e\u0301"));
  CHECK(canonical_key(u8"\u1ebf") == canonical_key(u8"e\u0302\u0301"));
  CHECK(canonical_key(u8"\u212b") == canonical_key(u8"\u00c5"));
  CHECK(canonical_key(u8"\ud55c") == canonical_key(u8"\u1112\u1161\u11ab"));
  CHECK(canonical_key(u8"\uac00") == canonical_key(u8"\u1100\u1161"));
}

TEST_CASE("the order of marks on a letter does not matter") {
  CHECK(canonical_key(u8"a\u0323\u0307b") == canonical_key(u8"a\u0307\u0323b"));
}

TEST_CASE("other characters have other keys") {
  CHECK(canonical_key("") == "");
  CHECK(canonical_key("ab") != canonical_key("ba"));
  CHECK(canonical_key("e") != canonical_key(u8"\u00e9"));
  CHECK(canonical_key(u8"\u00e8") != canonical_key(u8"\u00e9"));
  CHECK(canonical_key(u8"\U0001f600") != canonical_key(u8"\U0001f601"));
}
