#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The event parser of nlohmann/json (Debian: nlohmann-json3-dev) behind C. Texts are UTF-8, not terminated, valid during
   the call. A callback that returns false ends the parse. */
typedef struct {
  bool (*null)(void *context);
  bool (*boolean)(void *context, bool value);
  bool (*integer)(void *context, int64_t value);
  bool (*unsigned_integer)(void *context, uint64_t value);
  /* A number with a fraction or an exponent, or an integer beyond 64 bits: the nearest double, which may be infinite, and
     `text`, which is how it was written. */
  bool (*number)(void *context, double value, const char *text, size_t length);
  bool (*string)(void *context, const char *text, size_t length);
  bool (*start_object)(void *context);
  bool (*key)(void *context, const char *text, size_t length);
  bool (*end_object)(void *context);
  bool (*start_array)(void *context);
  bool (*end_array)(void *context);
} playbook_json_events;

/* Parses one JSON text. 0 when it is whole, 1 when a callback ended it, 2 when it is no JSON: then `position` is the byte
   at which that showed (1-based, as the library counts) and `error` holds its message, cut to `capacity` with its NUL. */
int playbook_json_parse(const char *text, size_t length, const playbook_json_events *events, void *context,
                        size_t *position, char *error, size_t capacity);

#ifdef __cplusplus
}
#endif
