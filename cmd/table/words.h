/* Numbers in words, as docker has them (docker/go-units). */
#ifndef CMD_WORDS_H
#define CMD_WORDS_H

#include "base/arena.h"

#include <stdint.h>

/* "5 minutes ago" from seconds. */
const char *words_age(struct arena *arena, int64_t seconds);

/* Bytes in units of 1000 with three digits: "1.99MB"; and in units of 1024 with four: "23.54GiB". */
const char *words_size(struct arena *arena, double bytes);
const char *words_memory(struct arena *arena, double bytes);

#endif
