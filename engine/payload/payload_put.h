/* How the parts of payload write JSON: members that are absent in the model stay absent in the body. */
#ifndef ENGINE_PAYLOAD_PUT_H
#define ENGINE_PAYLOAD_PUT_H

#include "engine/payload/payload.h"

struct cJSON;

/* The create body of a container while it is being made. */
struct body {
	struct arena *arena;
	const struct step *step;
	const struct service *service;
	const struct payload_context *context;
	struct cJSON *root, *host; /* the body and its HostConfig */
	struct errors *errors;
};

/* Set a member, replacing one that is there; NULL texts and lists are left out. Numbers are written as the
 * integers they are, whatever their size. */
void put_text(struct cJSON *object, const char *key, const char *text);
void put_bool(struct cJSON *object, const char *key, bool yes);
void put_int(struct cJSON *object, const char *key, int64_t value);
void put_list(struct cJSON *object, const char *key, const char *const *texts, size_t count);

/* The same for NAME=VALUE lists as an object; nothing when the list is empty. */
void put_pairs(struct cJSON *object, const char *key, const struct pair *pairs, size_t count);

/* Appends a text to the list `key`, which is made when it is not there. */
void put_append(struct cJSON *object, const char *key, const char *text);

/* Adds a finding about the service: place, path `services.KEY.ATTRIBUTE`, message. Returns -1. */
int body_fail(const struct body *body, const char *attribute, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Returns 0 when the engine speaks API 1.`minor` or newer; else a finding that names the engine release. */
int body_needs(const struct body *body, int minor, const char *attribute, const char *release);

/* The parts of the body: resources, devices, logging and policies; mounts; networks; labels. */
int payload_host(struct body *body);
int payload_mounts(struct body *body);
int payload_networking(struct body *body);
void payload_labels(struct body *body);

#endif
