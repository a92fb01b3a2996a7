#include "engine/payload/change_text.h"
#include "base/buf.h"
#include "base/text/secret.h"

#include <cjson/cJSON.h>
#include <string.h>

#define SHOWN_MOST ((size_t)1 << 20)

struct writing {
	struct arena *arena;
	const struct change_secrets *secrets; /* NULL: everything is shown */
	struct buf *out;
	bool varies;
};

static void put_value(struct writing *writing, const struct cJSON *value);

/* Whether the text is the value of an option that stands before it: [serve, --password, x]. */
static bool follows_secret_option(const struct cJSON *item, const struct cJSON *list)
{
	const struct cJSON *before = list && item != list->child ? item->prev : NULL;
	const char *option = cJSON_GetStringValue(before);
	return option && *option == '-' && !strpbrk(option, "= ") && secret_is_name(option, strlen(option));
}

static void put_text(struct writing *writing, const struct cJSON *item, const struct cJSON *list)
{
	const struct change_secrets *secrets = writing->secrets;
	const char *text = item->valuestring;
	if (!secrets) {
		buf_puts(writing->out, text);
		return;
	}
	bool named = *text && item->string && secret_is_name(item->string, strlen(item->string));
	const char *masked = secret_masked(writing->arena, text, secrets->variables);
	writing->varies |= strcmp(masked, secret_masked(writing->arena, text, NULL)) != 0;
	masked = secret_masked(writing->arena, masked, secrets->environment);
	buf_puts(writing->out, named || follows_secret_option(item, list) ? SECRET_MASK : masked);
}

static void put_items(struct writing *writing, const struct cJSON *list)
{
	const struct cJSON *item;
	buf_putc(writing->out, '[');
	cJSON_ArrayForEach(item, list)
	{
		buf_puts(writing->out, item->prev && item != list->child ? ", " : "");
		if (cJSON_IsString(item))
			put_text(writing, item, list);
		else
			put_value(writing, item);
	}
	buf_putc(writing->out, ']');
}

/* The members that say something, as `a: 1, b: 2`; the name of a policy or a driver stands alone. */
static void put_members(struct writing *writing, const struct cJSON *map)
{
	const struct cJSON *member;
	struct buf *out = writing->out;
	bool more = false;
	cJSON_ArrayForEach(member, map)
	{
		size_t before = out->len;
		buf_puts(out, more ? ", " : "");
		if (strcmp(member->string, "Name") != 0)
			buf_printf(out, "%s: ", member->string);
		size_t value = out->len;
		put_value(writing, member);
		if (out->len == value)
			out->len = before;
		more |= out->len > before;
	}
}

/* As people read it; nothing at all for what is empty. */
static void put_value(struct writing *writing, const struct cJSON *value)
{
	if (cJSON_IsString(value))
		put_text(writing, value, NULL);
	else if (cJSON_IsNumber(value) && value->valuedouble != 0)
		buf_printf(writing->out, "%.15g", value->valuedouble);
	else if (cJSON_IsTrue(value))
		buf_puts(writing->out, "true");
	else if (cJSON_IsArray(value) && value->child)
		put_items(writing, value);
	else if (cJSON_IsObject(value))
		put_members(writing, value);
}

/* NULL when there is nothing to show. */
static const char *written(struct writing *writing, const struct cJSON *value)
{
	auto_buf struct buf out;
	buf_init(&out, SHOWN_MOST);
	writing->out = &out;
	put_value(writing, value);
	return out.len ? arena_strndup(writing->arena, buf_text(&out), out.len) : NULL;
}

struct change_text change_text(
	struct arena *arena, const struct cJSON *value, const struct change_secrets *secrets)
{
	struct writing plain = { .arena = arena }, masked = { .arena = arena, .secrets = secrets };
	struct change_text to = change_text_plain(written(&plain, value));
	if (to.text && secrets)
		to.shown = written(&masked, value);
	to.varies = masked.varies;
	return to;
}

struct change_text change_text_plain(const char *text)
{
	return (struct change_text){ .text = text, .shown = text };
}
