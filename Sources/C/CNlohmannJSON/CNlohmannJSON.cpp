#include "CNlohmannJSON.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace {

/* A double that the parser takes as finite whatever it is: the parser refuses what no double holds, such as 1e999, but the
   text of such a number is as good as any. */
struct Number {
  double value;
  Number() = default;
  constexpr Number(double number) : value(number) {}
  operator double &() { return value; }
  operator double() const { return std::isfinite(value) ? value : 0; }
};

using Document = nlohmann::basic_json<std::map, std::vector, std::string, bool, std::int64_t, std::uint64_t, Number>;

struct Forwarder : Document::json_sax_t {
  const playbook_json_events *events;
  void *context;
  size_t position = 0;
  std::string message;

  bool null() override { return events->null(context); }
  bool boolean(bool value) override { return events->boolean(context, value); }
  bool number_integer(number_integer_t value) override { return events->integer(context, value); }
  bool number_unsigned(number_unsigned_t value) override { return events->unsigned_integer(context, value); }
  bool number_float(number_float_t value, const string_t &text) override {
    return events->number(context, value.value, text.data(), text.size());
  }
  bool string(string_t &value) override { return events->string(context, value.data(), value.size()); }
  bool binary(binary_t &) override { return false; }
  bool start_object(std::size_t) override { return events->start_object(context); }
  bool key(string_t &value) override { return events->key(context, value.data(), value.size()); }
  bool end_object() override { return events->end_object(context); }
  bool start_array(std::size_t) override { return events->start_array(context); }
  bool end_array() override { return events->end_array(context); }
  bool parse_error(std::size_t at, const std::string &, const nlohmann::detail::exception &error) override {
    position = at;
    message = error.what();
    return false;
  }
};

}  // namespace

int playbook_json_parse(const char *text, size_t length, const playbook_json_events *events, void *context,
                        size_t *position, char *error, size_t capacity) {
  Forwarder forwarder;
  forwarder.events = events;
  forwarder.context = context;
  try {
    if (Document::sax_parse(text, text + length, &forwarder)) return 0;
  } catch (const std::exception &thrown) {
    forwarder.message = thrown.what();
  }
  if (forwarder.message.empty()) return 1;
  *position = forwarder.position;
  if (capacity > 0) {
    size_t count = std::min(forwarder.message.size(), capacity - 1);
    memcpy(error, forwarder.message.data(), count);
    error[count] = 0;
  }
  return 2;
}
