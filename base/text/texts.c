#include "base/text/texts.h"
#include "base/text/text.h"

#include <string.h>

struct texts texts_split(struct arena *arena, const char *text, char separator)
{
	struct texts parts = { 0 };
	while (text && *text) {
		size_t len = strcspn(text, (char[]){ separator, '\0' });
		texts_add(arena, &parts, arena_strndup(arena, text, len));
		text += len + (text[len] != '\0');
	}
	return parts;
}

void texts_add(struct arena *arena, struct texts *texts, const char *text)
{
	*ARENA_PUSH(arena, texts->items, texts->count) = text;
}

void texts_add_once(struct arena *arena, struct texts *texts, const char *text)
{
	if (!text_among(text, texts->items, texts->count))
		texts_add(arena, texts, text);
}

const char *texts_join(struct arena *arena, const struct texts *texts, const char *separator)
{
	size_t gap = strlen(separator), size = 1;
	for (size_t i = 0; i < texts->count; i++)
		size += strlen(texts->items[i]) + gap;
	char *text = texts->count ? arena_alloc(arena, size) : NULL, *end = text;
	for (size_t i = 0; i < texts->count; i++) {
		end = stpcpy(end, i ? separator : "");
		end = stpcpy(end, texts->items[i]);
	}
	return text;
}
