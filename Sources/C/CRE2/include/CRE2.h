#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Google's RE2 (Debian: libre2-dev) behind C. A compiled pattern is owned by whoever compiled it. */
typedef struct playbook_re2 playbook_re2;

/* Compiles `length` bytes of UTF-8, or returns NULL and copies the reason, cut to `capacity` with its NUL, to `error`.
   `max_memory` bounds the compiled program and its automata, in bytes. */
playbook_re2 *playbook_re2_compile(const char *pattern, size_t length, int64_t max_memory, char *error, size_t capacity);
void playbook_re2_free(playbook_re2 *pattern);

/* How many capturing groups the pattern has. */
int playbook_re2_groups(const playbook_re2 *pattern);

/* How many instructions the compiled program has. */
int playbook_re2_program_size(const playbook_re2 *pattern);

/* Searches `text` from byte `start`. On a match returns 1 and writes begin and end offsets of the whole match and of the
   groups to `spans` (2 * (groups + 1) entries, -1 for a group that took no part), else 0. `spans` may be NULL. */
int playbook_re2_search(const playbook_re2 *pattern, const char *text, size_t length, size_t start, int64_t *spans, int groups);

#ifdef __cplusplus
}
#endif
