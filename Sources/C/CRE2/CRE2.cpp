#include "CRE2.h"

#include <re2/re2.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

struct playbook_re2 {
  re2::RE2 pattern;
  playbook_re2(re2::StringPiece text, const re2::RE2::Options &options) : pattern(text, options) {}
};

playbook_re2 *playbook_re2_compile(const char *pattern, size_t length, int64_t max_memory, char *error, size_t capacity) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(max_memory);
  auto compiled = std::make_unique<playbook_re2>(re2::StringPiece(pattern, length), options);
  if (compiled->pattern.ok()) return compiled.release();
  if (capacity > 0) {
    const std::string &reason = compiled->pattern.error();
    size_t count = std::min(reason.size(), capacity - 1);
    memcpy(error, reason.data(), count);
    error[count] = 0;
  }
  return nullptr;
}

void playbook_re2_free(playbook_re2 *pattern) { delete pattern; }

int playbook_re2_groups(const playbook_re2 *pattern) { return pattern->pattern.NumberOfCapturingGroups(); }

int playbook_re2_program_size(const playbook_re2 *pattern) { return pattern->pattern.ProgramSize(); }

int playbook_re2_search(
    const playbook_re2 *pattern, const char *text, size_t length, size_t start, int64_t *spans, int groups) {
  int count = spans == nullptr ? 0 : groups + 1;
  std::vector<re2::StringPiece> found(std::max(count, 1));
  re2::StringPiece whole(text, length);
  if (!pattern->pattern.Match(whole, start, length, re2::RE2::UNANCHORED, found.data(), count)) return 0;
  for (int i = 0; i < count; i++) {
    if (found[i].data() == nullptr) {
      spans[2 * i] = spans[2 * i + 1] = -1;
    } else {
      spans[2 * i] = found[i].data() - text;
      spans[2 * i + 1] = spans[2 * i] + static_cast<int64_t>(found[i].size());
    }
  }
  return 1;
}
