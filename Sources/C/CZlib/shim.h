#pragma once
#include <zlib.h>

/* inflateInit2() is a macro, which Swift does not import. `bits`: 31 for gzip, 15 for zlib, -15 for raw deflate. */
static inline int playbook_inflate_init(z_stream *stream, int bits) { return inflateInit2(stream, bits); }
