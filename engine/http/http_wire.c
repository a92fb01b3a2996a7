#include "engine/http/http_wire.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define LENGTH_DIGITS 18 /* of a Content-Length: stays below 2^63 */
#define CHUNK_DIGITS  15 /* hexadecimal ones of a chunk's size: the same */

void http_wire_init(struct http_wire *wire, struct buf *head, bool headless)
{
	struct buf line = wire->line;
	*wire = (struct http_wire){
		.head = head, .headless = headless, .line = line, .flaw = "the answer is not HTTP"
	};
	if (!line.most)
		buf_init(&wire->line, HTTP_HEAD_MOST);
	buf_reset(&wire->line);
	buf_reset(head);
}

void http_wire_finish(struct http_wire *wire)
{
	buf_finish(&wire->line);
}

/* The value of the last header of that name, or NULL; how many there are. */
static const char *find_header(const struct buf *head, const char *name, unsigned *ret_count)
{
	size_t len = strlen(name);
	const char *found = NULL;
	*ret_count = 0;
	for (size_t at = 0; at < head->len; at += strlen(head->data + at) + 1) {
		const char *line = head->data + at;
		if (strncasecmp(line, name, len) != 0 || line[len] != ':')
			continue;
		found = line + len + 1 + strspn(line + len + 1, " \t");
		++*ret_count;
	}
	return found;
}

const char *http_wire_header(const struct buf *head, const char *name)
{
	unsigned count;
	return find_header(head, name, &count);
}

/* Whether a comma-separated header names `token`. */
static bool header_names(const struct buf *head, const char *name, const char *token)
{
	const char *at = http_wire_header(head, name);
	size_t len = strlen(token);
	while (at && *at) {
		at += strspn(at, ", \t");
		size_t word = strcspn(at, ", \t;");
		if (word == len && strncasecmp(at, token, len) == 0)
			return true;
		at += strcspn(at, ",");
	}
	return false;
}

/* "HTTP/1.1 200 OK" */
static bool wire_read_status(struct http_wire *wire, const char *line)
{
	if (strncmp(line, "HTTP/1.", 7) != 0 || !isdigit((unsigned char)line[7]) || line[8] != ' ')
		return false;
	const char *digits = line + 9;
	if (strspn(digits, "0123456789") != 3 || (digits[3] && digits[3] != ' '))
		return false;
	wire->status = (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
	wire->keep = line[7] != '0';
	wire->state = HTTP_WIRE_FIELDS;
	return wire->status >= 100;
}

/* A number of at most `most` digits; what follows it must be the end, blanks or an extension. */
static bool read_number(const char *text, int base, size_t most, uint64_t *ret_number)
{
	uint64_t number = 0;
	size_t len = strspn(text, base == 16 ? "0123456789abcdefABCDEF" : "0123456789");
	if (len == 0 || len > most || (text[len] && !strchr(" \t;", text[len])))
		return false;
	for (size_t i = 0; i < len; i++) {
		int digit = tolower((unsigned char)text[i]);
		number = number * (unsigned)base + (uint64_t)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
	}
	*ret_number = number;
	return true;
}

/* RFC 9112 §6.3: of two lengths nobody knows where the body ends, and the next answer begins. */
static bool has_one_length(struct http_wire *wire)
{
	unsigned lengths;
	find_header(wire->head, "Content-Length", &lengths);
	if (lengths > 1)
		wire->flaw = "the answer has two Content-Length headers";
	else if (lengths && http_wire_header(wire->head, "Transfer-Encoding"))
		wire->flaw = "the answer has both Content-Length and Transfer-Encoding";
	else
		return true;
	return false;
}

/* RFC 9112 §6.3: how the body that follows is framed. */
static bool wire_frame(struct http_wire *wire)
{
	const char *length = http_wire_header(wire->head, "Content-Length");
	if (!has_one_length(wire))
		return false;
	wire->state = HTTP_WIRE_FRAMED;
	wire->keep = wire->keep && !header_names(wire->head, "Connection", "close");
	if (wire->status == 101) { /* RFC 9110 §15.2.2: what follows is the other protocol's */
		wire->framing = HTTP_WIRE_UNTIL_EOF;
		wire->keep = false;
	} else if (wire->headless || wire->status == 204 || wire->status == 304) {
		wire->framing = HTTP_WIRE_DONE;
	} else if (header_names(wire->head, "Transfer-Encoding", "chunked")) {
		wire->framing = HTTP_WIRE_CHUNK_SIZE;
	} else if (length) {
		wire->framing = HTTP_WIRE_LENGTH;
		return read_number(length, 10, LENGTH_DIGITS, &wire->left);
	} else {
		wire->framing = HTTP_WIRE_UNTIL_EOF;
		wire->keep = false;
	}
	return true;
}

/* A header line, or the empty one after them. Sets `ret_part` when it ends the head. */
static bool read_field(struct http_wire *wire, enum http_wire_part *ret_part)
{
	const struct buf *line = &wire->line;
	if (line->len) /* with its terminator */
		return buf_append(wire->head, line->data, line->len + 1);
	if (wire->status == 101 && !wire->upgrades)
		return false;
	if (wire->status < 200 && wire->status != 101) {
		buf_reset(wire->head);
		wire->state = HTTP_WIRE_STATUS;
		return true;
	}
	*ret_part = HTTP_WIRE_HEAD;
	return wire_frame(wire);
}

static bool read_chunk_size(struct http_wire *wire)
{
	if (!read_number(buf_text(&wire->line), 16, CHUNK_DIGITS, &wire->left))
		return false;
	wire->state = wire->left ? HTTP_WIRE_CHUNK : HTTP_WIRE_TRAILERS;
	return true;
}

/* A whole line in a state that is made of lines. */
static bool read_line(struct http_wire *wire, enum http_wire_part *ret_part)
{
	bool empty = wire->line.len == 0;
	switch (wire->state) {
	case HTTP_WIRE_STATUS:
		return wire_read_status(wire, buf_text(&wire->line));
	case HTTP_WIRE_FIELDS:
		return read_field(wire, ret_part);
	case HTTP_WIRE_CHUNK_SIZE:
		return read_chunk_size(wire);
	case HTTP_WIRE_CHUNK_END:
		wire->state = HTTP_WIRE_CHUNK_SIZE;
		return empty;
	default:
		if (empty)
			wire->state = HTTP_WIRE_DONE;
		return true;
	}
}

/* Collects the line up to its end; true when it is whole, without CR and LF. NUL bytes end the answer. */
static bool take_line(struct http_wire *wire, const char **at, const char *end, bool *ret_bad)
{
	struct buf *line = &wire->line;
	const char *newline = memchr(*at, '\n', (size_t)(end - *at));
	size_t len = (size_t)((newline ? newline : end) - *at);
	*ret_bad = memchr(*at, '\0', len) || !buf_append(line, *at, len);
	*at += len + (newline != NULL);
	if (*ret_bad || !newline)
		return false;
	if (line->len && line->data[line->len - 1] == '\r')
		line->data[--line->len] = '\0';
	return true;
}

/* A piece of the body out of what is there. */
static enum http_wire_part take_body(
	struct http_wire *wire, const char **at, const char *end, const char **ret_bytes, size_t *ret_len)
{
	size_t len = (size_t)(end - *at);
	if (wire->state != HTTP_WIRE_UNTIL_EOF) {
		if (len > wire->left)
			len = (size_t)wire->left;
		wire->left -= len;
		if (!wire->left)
			wire->state = wire->state == HTTP_WIRE_CHUNK ? HTTP_WIRE_CHUNK_END : HTTP_WIRE_DONE;
	}
	*ret_bytes = *at;
	*ret_len = len;
	*at += len;
	return HTTP_WIRE_BODY;
}

enum http_wire_part http_wire_next(
	struct http_wire *wire, const char **at, const char *end, const char **ret_bytes, size_t *ret_len)
{
	for (;;) {
		enum http_wire_part part = HTTP_WIRE_MORE;
		bool bad = false;
		switch (wire->state) {
		case HTTP_WIRE_DONE:
			return HTTP_WIRE_END;
		case HTTP_WIRE_FRAMED:
			wire->state = wire->framing;
			if (wire->state == HTTP_WIRE_LENGTH && !wire->left)
				wire->state = HTTP_WIRE_DONE;
			continue;
		case HTTP_WIRE_LENGTH:
		case HTTP_WIRE_UNTIL_EOF:
		case HTTP_WIRE_CHUNK:
			if (*at == end)
				return HTTP_WIRE_MORE;
			return take_body(wire, at, end, ret_bytes, ret_len);
		default:
			if (!take_line(wire, at, end, &bad))
				return bad ? HTTP_WIRE_BAD : HTTP_WIRE_MORE;
			if (!read_line(wire, &part))
				return HTTP_WIRE_BAD;
			buf_reset(&wire->line);
			if (part != HTTP_WIRE_MORE)
				return part;
		}
	}
}

bool http_wire_ended(const struct http_wire *wire)
{
	return wire->state == HTTP_WIRE_UNTIL_EOF || wire->state == HTTP_WIRE_DONE ||
	       (wire->state == HTTP_WIRE_FRAMED && wire->framing == HTTP_WIRE_UNTIL_EOF);
}
