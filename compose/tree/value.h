/* Values written as text: one parser each. All return NULL and write the result, or return what is wrong, as
 * a phrase that fits after a place ("\"50x\" is no size: …"); the phrase is the arena's. */
#ifndef COMPOSE_VALUE_H
#define COMPOSE_VALUE_H

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

/* Sequence of number and unit (ns us µs ms s m h d w), sign allowed, or 0; nanoseconds. */
const char *value_duration(struct arena *arena, const char *text, int64_t *ret_ns);

/* Number with an optional unit (b k m g t p, kb, kib …; powers of 1024); bytes. -1 is allowed: no limit. */
const char *value_bytes(struct arena *arena, const char *text, int64_t *ret_bytes);

/* true or false in any case; the YAML 1.1 words yes, no, on, off, y, n as well (`ret_old` is true then). */
const char *value_bool(struct arena *arena, const char *text, bool *ret_yes, bool *ret_old);

/* Decimal whole number with optional sign. */
const char *value_int(struct arena *arena, const char *text, int64_t *ret_value);

/* Decimal number, exponent allowed, inf and nan as well. */
const char *value_float(struct arena *arena, const char *text, double *ret_value);

/* File mode in octal. */
const char *value_mode(struct arena *arena, const char *text, int64_t *ret_mode);

/* PORT or PORT-PORT, 0 to 65535, `len` bytes of `text`. */
const char *value_port_range(
	struct arena *arena, const char *text, size_t len, unsigned *ret_first, unsigned *ret_last);

/* Whether a service with that `network_mode` (NULL: it has none) publishes its ports: it does where it has a
 * network of its own, not by that of the host, of another container, or without any. */
bool value_mode_publishes(const char *mode);

/* Words of a command line, split as a shell would without expanding anything. An unquoted ; & | < > ends the
 * command: `ret_dropped` is the text left out, or NULL. */
const char *value_words(struct arena *arena, const char *text, const char ***ret_words, size_t *ret_count,
	const char **ret_dropped);

/* Duration in Go's form: 1h30m0s. */
const char *value_duration_text(struct arena *arena, int64_t ns);

/* Shortest digits that read back as the same number. `single`: of a float. `json`: JavaScript's form
 * (exponent below 1e-6 and from 1e21), else Go's %g (exponent below 1e-4 and from 1e6 … as compose prints).
 */
const char *value_float_text(struct arena *arena, double value, bool single, bool json);

#endif
