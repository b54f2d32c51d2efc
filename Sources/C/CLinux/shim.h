#pragma once
#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>

/* The bytes that have come and were not read yet, or -1. */
static inline int playbook_readable(int fd) {
  int count = 0;
  return ioctl(fd, FIONREAD, &count) == 0 ? count : -1;
}

/* ioctl() is variadic, which Swift cannot call: the size of the terminal behind `fd`, or -1. */
static inline int playbook_window_size(int fd, unsigned short *rows, unsigned short *columns) {
  struct winsize size;
  if (ioctl(fd, TIOCGWINSZ, &size) != 0) return -1;
  *rows = size.ws_row;
  *columns = size.ws_col;
  return 0;
}

/* fallocate() is GNU-only: reserves `length` bytes after `offset` without changing the size of the file. */
int fallocate(int fd, int mode, off_t offset, off_t length);
static inline int playbook_reserve(int fd, off_t offset, off_t length) {
  return fallocate(fd, 1 /* FALLOC_FL_KEEP_SIZE */, offset, length);
}

/* fcntl() is variadic, and F_OFD_* are GNU-only. A lock of an open file description ends with its last descriptor, works
   over NFS, and, unlike that of flock(), can be asked for without being taken. 0: taken. */
static inline int playbook_lock(int fd) {
  struct flock whole = {0};
  whole.l_type = F_WRLCK;
  return fcntl(fd, 37 /* F_OFD_SETLK */, &whole);
}

/* 1: another open file description has the lock; 0: nobody; -1: the file system can't say. */
static inline int playbook_is_locked(int fd) {
  struct flock whole = {0};
  whole.l_type = F_WRLCK;
  if (fcntl(fd, 36 /* F_OFD_GETLK */, &whole) != 0) return -1;
  return whole.l_type != F_UNLCK;
}

/* prctl() is variadic. From now on a crash leaves no core file, and no other process of the user reads this one's memory. */
static inline int playbook_leave_no_core(void) {
  struct rlimit none = {0, 0};
  (void)setrlimit(RLIMIT_CORE, &none);
  return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/* iconv() with its state in one place: from the set `name` to UTF-8; NULL where the C library does not know the set. */
static inline void *playbook_iconv_open(const char *name) {
  iconv_t converter = iconv_open("UTF-8", name);
  return converter == (iconv_t)-1 ? NULL : (void *)converter;
}

static inline void playbook_iconv_close(void *converter) { iconv_close((iconv_t)converter); }

/* 0: all of `input` is read; 1: its last character is incomplete; -1: it holds what the set does not have. `read` and
   `written` count bytes. */
static inline int playbook_iconv(void *converter, void *input, size_t length, void *output, size_t room, size_t *read,
                                 size_t *written) {
  char *from = (char *)input, *to = (char *)output;
  size_t left = length, free = room;
  size_t result = iconv((iconv_t)converter, &from, &left, &to, &free);
  int problem = result == (size_t)-1 ? errno : 0;
  if (problem == 0) (void)iconv((iconv_t)converter, NULL, NULL, &to, &free);
  *read = length - left;
  *written = room - free;
  return problem == 0 ? 0 : problem == EINVAL ? 1 : -1;
}
