#pragma once
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>

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
