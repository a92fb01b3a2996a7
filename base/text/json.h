/* Reading JSON that others wrote: accessors that take anything for anything. Missing and mistyped members are
 * absent, as what writes them differs. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct cJSON; /* cjson/cJSON.h */

/* Parses `len` bytes; returns NULL with an error (naming `what`, "answer of GET /info") when it is not JSON
 * or nests deeper than 64. Free with cJSON_Delete. */
struct cJSON *json_parse(const char *text, size_t len, const char *what, struct errors *errors);

/* Reads and parses a JSON file of at most 4 MiB. A missing or empty file gives *ret_json NULL and success. */
int json_read(const char *file, struct cJSON **ret_json, struct errors *errors);

/* Member by dotted path ("State.Health.Status"), or NULL. Keys with dots cannot be reached this way: use
 * json_get. */
const struct cJSON *json_at(const struct cJSON *json, const char *path);
const struct cJSON *json_get(const struct cJSON *json, const char *key);

/* Value at a dotted path, or the fallback. The text is borrowed from the document. */
const char *json_text(const struct cJSON *json, const char *path, const char *fallback);
int64_t json_int(const struct cJSON *json, const char *path, int64_t fallback);
bool json_bool(const struct cJSON *json, const char *path);

/* The document in one line, as text of the arena; `json` is freed. */
const char *json_print(struct arena *arena, struct cJSON *json);

#endif
