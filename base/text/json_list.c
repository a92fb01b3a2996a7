#include "base/text/json_list.h"

#include "base/text/json.h"

#include <cjson/cJSON.h>
#include <string.h>

void json_list_init(struct json_list *list, size_t most)
{
	json_list_finish(list);
	*list = (struct json_list){ .state = JSON_LIST_BEFORE };
	buf_init(&list->text, most);
}

void json_list_finish(struct json_list *list)
{
	buf_finish(&list->text);
}

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* Looks at a byte of an element. Returns whether the element goes on with it. */
static bool element_goes_on(struct json_list *list, char byte)
{
	if (list->quoted) {
		list->quoted = list->escaped || byte != '"';
		list->escaped = !list->escaped && byte == '\\';
		return true;
	}
	if (!list->depth && (byte == ',' || byte == ']'))
		return false;
	list->quoted = byte == '"';
	if (byte == '{' || byte == '[')
		list->depth++;
	else if ((byte == '}' || byte == ']') && list->depth)
		list->depth--;
	return true;
}

/* A byte outside of an element. Returns whether an element begins with it. */
static bool element_begins(struct json_list *list, char byte)
{
	if (is_blank(byte))
		return false;
	switch (list->state) {
	case JSON_LIST_BEFORE:
		list->state = byte == '[' ? JSON_LIST_FIRST : JSON_LIST_OTHER;
		return false;
	case JSON_LIST_FIRST:
		if (byte == ']') {
			list->state = JSON_LIST_AFTER;
			return false;
		}
		list->state = JSON_LIST_ELEMENT;
		return true;
	case JSON_LIST_NEXT:
		list->state = JSON_LIST_ELEMENT;
		return true;
	case JSON_LIST_BETWEEN:
		list->state = byte == ',' ? JSON_LIST_NEXT : JSON_LIST_AFTER;
		list->broken = byte != ',' && byte != ']';
		return false;
	default:
		list->broken = true;
		return false;
	}
}

/* Takes as many bytes of the element as there are; tells it when it has ended. Returns how many. */
static size_t take_element(struct json_list *list, const char *bytes, size_t len,
	int (*element)(void *arg, const char *text, size_t len), void *arg)
{
	size_t at = 0;
	while (at < len && element_goes_on(list, bytes[at]))
		at++;
	list->broken = !buf_append(&list->text, bytes, at);
	if (at == len || list->broken)
		return at;
	list->state = JSON_LIST_BETWEEN;
	list->broken = element(arg, buf_text(&list->text), list->text.len) != 0;
	buf_reset(&list->text);
	return at;
}

void json_list_feed(struct json_list *list, const char *bytes, size_t len,
	int (*element)(void *arg, const char *text, size_t len), void *arg)
{
	size_t at = 0;
	while (at < len && !list->broken) {
		if (list->state == JSON_LIST_ELEMENT)
			at += take_element(list, bytes + at, len - at, element, arg);
		else if (list->state == JSON_LIST_OTHER) {
			list->broken = !buf_append(&list->text, bytes + at, len - at);
			at = len;
		} else if (!element_begins(list, bytes[at]))
			at += list->state != JSON_LIST_OTHER;
	}
}

int json_list_end(const struct json_list *list, const char *what, struct errors *errors)
{
	static const struct json_member top = { "", JSON_LIST };
	if (list->state == JSON_LIST_OTHER && !list->broken) {
		struct cJSON *json = json_parse(buf_text(&list->text), list->text.len, what, errors);
		bool told = !json || json_check(json, &top, 1, what, errors) < 0;
		cJSON_Delete(json);
		if (told)
			return -1;
	}
	if (list->text.overflow && list->state == JSON_LIST_ELEMENT)
		return error_add(errors, ERROR_ENGINE, NULL, NULL, "%s has an element of more than %zu bytes",
			what, list->text.most);
	/* OTHER: cJSON takes any control character for a blank. */
	if (list->broken || list->state == JSON_LIST_OTHER)
		return error_add(errors, ERROR_ENGINE, NULL, NULL, "%s is no list in JSON", what);
	if (list->state != JSON_LIST_AFTER)
		return error_add(errors, ERROR_ENGINE, NULL, NULL, "%s breaks off", what);
	return 0;
}
