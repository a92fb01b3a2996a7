#include "engine/probe/probe_wire.h"

#include <string.h>

/* A server's message is never longer than this before it has authenticated us. */
#define PG_MESSAGE_MOST 65536

struct out {
	char *at;
	size_t used, room;
	bool full;
};

static void wire_put(struct out *out, const void *bytes, size_t len)
{
	if (len > out->room - out->used) {
		out->full = true;
		return;
	}
	memcpy(out->at + out->used, bytes, len);
	out->used += len;
}

static void put_text(struct out *out, const char *text)
{
	wire_put(out, text, strlen(text) + 1);
}

static void set_u32(char *at, size_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (char)(value >> (24 - 8 * i) & 0xff);
}

static size_t get_u32(const char *at)
{
	size_t value = 0;
	for (int i = 0; i < 4; i++)
		value = value << 8 | (unsigned char)at[i];
	return value;
}

/* PostgreSQL documentation, "Message Formats": StartupMessage, protocol 3.0. */
size_t wire_pg_startup(char *to, size_t room, const char *user, const char *dbname)
{
	struct out out = { .at = to, .room = room };
	wire_put(&out, "\0\0\0\0\0\3\0\0", 8);
	put_text(&out, "user");
	put_text(&out, user ? user : "postgres");
	if (dbname) {
		put_text(&out, "database");
		put_text(&out, dbname);
	}
	put_text(&out, "application_name");
	put_text(&out, "docker flow");
	wire_put(&out, "", 1);
	if (out.full)
		return 0;
	set_u32(to, out.used);
	return out.used;
}

size_t wire_pg_query(char *to, size_t room)
{
	static const char query[] = "Q\0\0\0\15SELECT 1";
	struct out out = { .at = to, .room = room };
	wire_put(&out, query, sizeof query);
	return out.full ? 0 : out.used;
}

size_t wire_pg_terminate(char *to, size_t room)
{
	struct out out = { .at = to, .room = room };
	wire_put(&out, "X\0\0\0\4", 5);
	return out.full ? 0 : out.used;
}

/* Copies at most `room - 1` bytes and terminates, control characters replaced by '?'. */
static void wire_words(char *to, size_t room, const char *bytes, size_t len)
{
	size_t n = 0;
	for (; n < len && n + 1 < room && bytes[n]; n++)
		to[n] = (unsigned char)bytes[n] < ' ' || bytes[n] == 127 ? '?' : bytes[n];
	to[n] = '\0';
}

/* Field of an ErrorResponse body, NULL when it has none. */
static const char *wire_field(const char *body, size_t len, char type, size_t *ret_len)
{
	size_t at = 0;
	while (at < len && body[at]) {
		size_t end = at + 1;
		while (end < len && body[end])
			end++;
		if (body[at] == type) {
			*ret_len = end - at - 1;
			return body + at + 1;
		}
		at = end + 1;
	}
	return NULL;
}

static enum wire judge_error(struct wire_pg *pg, const char *body, size_t len)
{
	size_t code_len = 0, words_len = 0;
	const char *code = wire_field(body, len, 'C', &code_len);
	const char *words = wire_field(body, len, 'M', &words_len);
	if (code && code_len == 5) {
		if (memcmp(code, "28", 2) == 0 || memcmp(code, "42501", 5) == 0)
			return WIRE_PASS;
		if (memcmp(code, "3D000", 5) == 0 && !pg->named)
			return WIRE_PASS;
	}
	wire_words(pg->why, sizeof pg->why, words ? words : "error without a message",
		words ? words_len : sizeof "error without a message" - 1);
	return WIRE_NOT_YET;
}

/* One whole message. WIRE_MORE: it decides nothing. */
static enum wire judge_message(struct wire_pg *pg, char type, const char *body, size_t len)
{
	switch (type) {
	case 'R': /* AuthenticationOk is 0, everything else asks for something we do not have */
		return len >= 4 && get_u32(body) == 0 ? WIRE_MORE : WIRE_PASS;
	case 'E':
		if (!pg->queried)
			return judge_error(pg, body, len);
		pg->refused = judge_error(pg, body, len) == WIRE_NOT_YET;
		return WIRE_MORE;
	case 'Z':
		if (!pg->queried) {
			pg->queried = true;
			return WIRE_SEND;
		}
		return pg->refused ? WIRE_NOT_YET : WIRE_PASS;
	default:
		return WIRE_MORE;
	}
}

enum wire wire_pg_judge(struct wire_pg *pg, const char *bytes, size_t len, size_t *ret_used)
{
	static const char known[] = "RESKNZTDCIv";
	size_t at = 0;
	enum wire result = WIRE_MORE;
	while (result == WIRE_MORE && at < len) {
		bool strange = !memchr(known, bytes[at], sizeof known - 1);
		size_t size = len - at >= 5 ? get_u32(bytes + at + 1) : 4;
		if (strange || size < 4 || size > PG_MESSAGE_MOST) {
			static const char words[] = "the answer is not PostgreSQL's";
			wire_words(pg->why, sizeof pg->why, words, sizeof words - 1);
			result = WIRE_NOT_YET;
			at = len;
			break;
		}
		if (len - at < 5 || len - at - 1 < size)
			break;
		result = judge_message(pg, bytes[at], bytes + at + 5, size - 4);
		at += size + 1;
	}
	*ret_used = at;
	return result;
}

/* Of the first answer there, interim or not. */
static int first_status(const char *bytes, size_t len)
{
	static const char start[] = "HTTP/1.";
	size_t have = len < 7 ? len : 7;
	if (have && memcmp(bytes, start, have) != 0)
		return -1;
	if (len < 13)
		return 0;
	int status = 0;
	for (size_t i = 9; i < 12; i++) {
		if (bytes[i] < '0' || bytes[i] > '9')
			return -1;
		status = status * 10 + (bytes[i] - '0');
	}
	return bytes[8] == ' ' && (bytes[12] == ' ' || bytes[12] == '\r' || bytes[12] == '\n') ? status : -1;
}

static bool is_interim(int status)
{
	return status >= 100 && status < 200 && status != 101;
}

int wire_http_status(const char *bytes, size_t len)
{
	int status = first_status(bytes, len);
	return is_interim(status) ? 0 : status;
}

size_t wire_http_interim(const char *bytes, size_t len)
{
	size_t at = 0, head = 1;
	while (head && is_interim(first_status(bytes + at, len - at))) {
		head = wire_http_body(bytes + at, len - at);
		at += head;
	}
	return at;
}

size_t wire_http_body(const char *bytes, size_t len)
{
	for (size_t i = 0; i + 1 < len; i++) {
		if (bytes[i] != '\n')
			continue;
		if (bytes[i + 1] == '\n')
			return i + 2;
		if (i + 2 < len && bytes[i + 1] == '\r' && bytes[i + 2] == '\n')
			return i + 3;
	}
	return 0;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* Whether `word` (lower case) stands within the bytes, in any case. */
static bool holds(const char *bytes, size_t len, const char *word)
{
	size_t size = strlen(word);
	for (size_t at = 0; at + size <= len; at++) {
		size_t i = 0;
		while (i < size && lower(bytes[at + i]) == word[i])
			i++;
		if (i == size)
			return true;
	}
	return false;
}

/* Value of the header `name` ("\nname:", lower case) and its length; NULL when it is not there. */
static const char *header(const char *bytes, size_t len, const char *name, size_t *ret_len)
{
	size_t head = wire_http_body(bytes, len), size = strlen(name);
	for (size_t at = 0; at + size <= head; at++) {
		if (!holds(bytes + at, size, name))
			continue;
		at += size;
		size_t end = at;
		while (end < head && bytes[end] != '\n')
			end++;
		*ret_len = end - at;
		return bytes + at;
	}
	return NULL;
}

bool wire_http_chunked(const char *bytes, size_t len)
{
	size_t size = 0;
	const char *value = header(bytes, len, "\ntransfer-encoding:", &size);
	return value && holds(value, size, "chunked");
}

long wire_http_length(const char *bytes, size_t len)
{
	size_t size = 0;
	const char *value = header(bytes, len, "\ncontent-length:", &size);
	long length = -1;
	for (size_t i = 0; value && i < size; i++) {
		if (value[i] >= '0' && value[i] <= '9' && length < 1L << 40)
			length = (length < 0 ? 0 : length * 10) + (value[i] - '0');
		else if (value[i] != ' ' && value[i] != '\r')
			return -1;
	}
	return length;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return lower(c) >= 'a' && lower(c) <= 'f' ? lower(c) - 'a' + 10 : -1;
}

/* Size of the chunk whose line begins at `*at`, which moves behind the line; -1 when there is none. */
static long chunk_size(const char *bytes, size_t len, size_t *at)
{
	long size = 0;
	size_t i = *at;
	if (i >= len || hex(bytes[i]) < 0)
		return -1;
	for (; i < len && hex(bytes[i]) >= 0; i++) {
		size = size * 16 + hex(bytes[i]);
		if (size > 1L << 30)
			return -1;
	}
	while (i < len && bytes[i] != '\n')
		i++;
	if (i == len)
		return -1;
	*at = i + 1;
	return size;
}

size_t wire_http_join(char *bytes, size_t len, bool *ret_whole)
{
	size_t at = 0, used = 0;
	long size;
	while ((size = chunk_size(bytes, len, &at)) > 0) {
		size_t take = (size_t)size < len - at ? (size_t)size : len - at;
		for (size_t i = 0; i < take; i++)
			bytes[used + i] = bytes[at + i];
		used += take;
		at += take;
		while (at < len && (bytes[at] == '\r' || bytes[at] == '\n'))
			at++;
	}
	*ret_whole = size == 0;
	return used;
}

/* Reads a number of at most three digits; -1 when there is none. */
static int wire_number(const char **at)
{
	int value = 0, digits = 0;
	for (; **at >= '0' && **at <= '9' && digits < 4; (*at)++, digits++)
		value = value * 10 + (**at - '0');
	return digits == 0 || digits > 3 ? -1 : value;
}

bool wire_status_in(const char *ranges, int status)
{
	const char *at = ranges ? ranges : "200-399";
	while (*at) {
		while (*at == ' ' || *at == ',')
			at++;
		int first = wire_number(&at), last = first;
		if (*at == '-') {
			at++;
			last = wire_number(&at);
		}
		bool whole = *at == ',' || *at == ' ' || *at == '\0';
		if (whole && first >= 0 && last >= 0 && status >= first && status <= last)
			return true;
		while (*at && *at != ',')
			at++;
	}
	return false;
}
