#include "engine/build/build_secrets.h"

#include "base/text/secret.h"
#include "base/url.h"
#include "graph/images/images.h"

#include <string.h>

static void note(struct build_secrets *secrets, const char *password)
{
	secret_note(&secrets->passwords, password);
	secret_note(&secrets->all, password);
}

/* The password of a URL; a user without one is as likely a token, except for ssh. */
static void note_url(struct build_secrets *secrets, struct arena *arena, const char *url)
{
	struct url_login login;
	const char *rest = url_split(arena, url, &login);
	const char *begin = strstr(url, "://");
	if (!begin || (!login.password && (!login.user || strncmp(url, "ssh://", strlen("ssh://")) == 0)))
		return;
	const char *host = strstr(rest, "://") + strlen("://");
	begin += strlen("://");
	size_t len = strlen(begin) - strlen(host) - 1; /* of the login, before its @ */
	if (login.password) {
		size_t user = strcspn(begin, ":") + 1;
		begin += user;
		len -= user;
	}
	note(secrets, arena_strndup(arena, begin, len));
	note(secrets, login.password ? login.password : login.user);
}

void build_secrets_find(struct build_secrets *ret_secrets, struct arena *arena, const struct job *job)
{
	const struct service *service = job->step->service;
	size_t count;
	map_init(&ret_secrets->passwords, arena);
	map_init(&ret_secrets->all, arena);
	if (service->build->context) {
		note_url(ret_secrets, arena, service->build->context);
		note_url(ret_secrets, arena, url_escaped(arena, service->build->context));
	}
	const struct pair *args = images_args(arena, service, job->step->image.wish, &count);
	for (size_t i = 0; i < count; i++) {
		if (!args[i].value)
			continue;
		note_url(ret_secrets, arena, args[i].value);
		if (secret_is_name(args[i].key, strlen(args[i].key)))
			secret_note(&ret_secrets->all, args[i].value);
	}
}

const char *build_secrets_output(const struct build_secrets *secrets, struct arena *arena, const char *text)
{
	return secret_known_masked(arena, text, &secrets->passwords);
}

const char *build_secrets_name(const struct build_secrets *secrets, struct arena *arena, const char *text)
{
	return text ? secret_known_masked(arena, text, &secrets->all) : NULL;
}
