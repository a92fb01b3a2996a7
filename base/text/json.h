/* Reading JSON that others wrote: accessors that take anything for anything. Missing and mistyped members are
 * absent, as what writes them differs; where absence would be believed, json_check comes before. Of a member
 * that is there twice the first counts. */
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

/* The object at a dotted path, for those that go through its members by name; NULL for anything else: the
 * items of a list have no names. */
const struct cJSON *json_object(const struct cJSON *json, const char *path);

/* Value at a dotted path, or the fallback. The text is borrowed from the document. */
const char *json_text(const struct cJSON *json, const char *path, const char *fallback);
int64_t json_int(const struct cJSON *json, const char *path, int64_t fallback);
bool json_bool(const struct cJSON *json, const char *path);

/* Kinds of values; several are alternatives. */
enum json_kind {
	JSON_TEXT = 1,
	JSON_NUMBER = 2,
	JSON_BOOL = 4,
	JSON_LIST = 8,
	JSON_OBJECT = 16,
	JSON_ID = 32, /* a text that names one thing and nothing else: letters, digits, _ . : - */
	JSON_NULL = 64,
	JSON_NONE = 128, /* not there */
	JSON_OPTIONAL = JSON_NULL | JSON_NONE,
};

/* What a document must have: at a dotted path ("" is the document itself) a value of one of these kinds. */
struct json_member {
	const char *path;
	unsigned kinds;
};

/* Checks a document that is believed from here on. Returns 0, or -1 with one finding, of the first member
 * that is of another kind: "WHAT: Labels is a number, not an object", "WHAT: Id is "a b", not an id". `what`
 * names request and part. */
int json_check(const struct cJSON *json, const struct json_member *members, size_t count, const char *what,
	struct errors *errors);

/* Whether the text is one of kind JSON_ID, 255 bytes at most; false for NULL. */
bool json_is_id(const char *text);

/* The document in one line, as text of the arena; `json` is freed. */
const char *json_print(struct arena *arena, struct cJSON *json);

#endif
