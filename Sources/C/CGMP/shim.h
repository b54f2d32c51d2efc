#pragma once
#include <gmp.h>
#include <stdlib.h>

/* left × 10^left_power and right × 10^right_power, added, subtracted or multiplied (`+`, `-`, `*`), as decimal digits with
   a `-` where it is negative. Both are decimal digits, a `-` before them or not, ended by a NUL. The result is for `playbook_gmp_free`.
   gmp ends the process where memory does not suffice: sizes are the caller's to check. */
static inline char *playbook_gmp_combine(char operation, const char *left, unsigned long left_power, const char *right,
                                         unsigned long right_power) {
  mpz_t one, other, power;
  mpz_init_set_str(one, left, 10);
  mpz_init_set_str(other, right, 10);
  mpz_init(power);
  if (left_power > 0) {
    mpz_ui_pow_ui(power, 10, left_power);
    mpz_mul(one, one, power);
  }
  if (right_power > 0) {
    mpz_ui_pow_ui(power, 10, right_power);
    mpz_mul(other, other, power);
  }
  if (operation == '+') mpz_add(one, one, other);
  if (operation == '-') mpz_sub(one, one, other);
  if (operation == '*') mpz_mul(one, one, other);
  char *text = mpz_get_str(NULL, 10, one);
  mpz_clear(one);
  mpz_clear(other);
  mpz_clear(power);
  return text;
}

static inline void playbook_gmp_free(char *text) { free(text); }
