#include "util/normal_form.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "util/normal_form_table.hpp"

namespace scvigor::core {
namespace {

// The character that begins at `i`, which moves on to the next.
char32_t next_character(const std::string& text, std::size_t& i) {
  const auto first = static_cast<unsigned char>(text[i++]);
  if (first < 0x80) return first;
  const int n_more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
  char32_t character = first & (0x3Fu >> n_more);
  for (int k = 0; k < n_more && i < text.size(); ++k)
    character =
        (character << 6) | (static_cast<unsigned char>(text[i++]) & 0x3Fu);
  return character;
}

// Hangul syllables are made of two or three letters by a rule (The Unicode
// Standard, 3.12).
bool append_hangul(char32_t character, std::u32string& out) {
  constexpr char32_t kFirst = 0xAC00, kSyllables = 11172;
  constexpr char32_t kLead = 0x1100, kVowel = 0x1161, kTrail = 0x11A7;
  constexpr char32_t kVowels = 21, kTrails = 28;
  if (character < kFirst || character >= kFirst + kSyllables) return false;
  const char32_t index = character - kFirst;
  out += kLead + index / (kVowels * kTrails);
  out += kVowel + index / kTrails % kVowels;
  if (index % kTrails != 0) out += kTrail + index % kTrails;
  return true;
}

void append_decomposed(char32_t character, std::u32string& out) {
  if (append_hangul(character, out)) return;
  const auto* found = std::lower_bound(
      std::begin(kDecompositions), std::end(kDecompositions), character,
      [](const Decomposition& d, char32_t c) { return d.composed < c; });
  if (found == std::end(kDecompositions) || found->composed != character) {
    out += character;
    return;
  }
  append_decomposed(found->first, out);
  if (found->second != 0) append_decomposed(found->second, out);
}

// Marks that follow a letter, in the scripts that have several on one.
bool is_mark(char32_t c) {
  constexpr char32_t ranges[][2] = {
      {0x300, 0x36F},   {0x483, 0x487},   {0x591, 0x5C7},   {0x610, 0x61A},
      {0x64B, 0x65F},   {0x670, 0x670},   {0x6D6, 0x6ED},   {0x1AB0, 0x1AFF},
      {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF}, {0x3099, 0x309A}, {0xFE20, 0xFE2F}};
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [c](const auto& r) { return c >= r[0] && c <= r[1]; });
}

}  // namespace

std::string canonical_key(const std::string& text) {
  std::u32string letters;
  for (std::size_t i = 0; i < text.size();)
    append_decomposed(next_character(text, i), letters);
  for (auto first = letters.begin(); first != letters.end();) {
    const auto last = std::find_if_not(first, letters.end(), is_mark);
    std::sort(first, last);
    first = last == letters.end() ? last : last + 1;
  }
  std::string key;
  for (const char32_t letter : letters)
    for (const int shift : {16, 8, 0})
      key += static_cast<char>((letter >> shift) & 0xFFu);
  return key;
}

}  // namespace scvigor::core
