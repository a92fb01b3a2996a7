#include "engine/session/private_key.h"

#include "base/arena.h"
#include "base/text/base64.h"

#include <stdint.h>
#include <string.h>

#define KEY_MOST ((size_t)64 << 10)

/* Strings, each behind its length in four bytes. */
struct wire {
	const unsigned char *at, *end;
	bool broken;
};

struct wire_text {
	const unsigned char *bytes;
	size_t len;
};

static uint32_t read_number(struct wire *wire)
{
	if (wire->end - wire->at < 4) {
		wire->broken = true;
		return 0;
	}
	const unsigned char *at = wire->at;
	wire->at += 4;
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static struct wire_text read_text(struct wire *wire)
{
	uint32_t len = read_number(wire);
	struct wire_text text = { wire->at, len };
	if (wire->broken || len > (size_t)(wire->end - wire->at)) {
		wire->broken = true;
		return (struct wire_text){ NULL, 0 };
	}
	wire->at += len;
	return text;
}

static bool text_equals(struct wire_text text, const char *other)
{
	return text.bytes && text.len == strlen(other) && memcmp(text.bytes, other, text.len) == 0;
}

/* How many strings a private key of a type has behind the type; 0: not known. */
static unsigned key_fields(struct wire_text type)
{
	static const struct {
		const char *type;
		unsigned fields;
	} rows[] = {
		{ "ssh-rsa", 6 },
		{ "ssh-ed25519", 2 },
		{ "ecdsa-sha2-nistp256", 3 },
		{ "ecdsa-sha2-nistp384", 3 },
		{ "ecdsa-sha2-nistp521", 3 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (text_equals(type, rows[i].type))
			return rows[i].fields;
	return 0;
}

static void put_number(struct buf *to, size_t number)
{
	const unsigned char bytes[] = { (unsigned char)(number >> 24), (unsigned char)(number >> 16),
		(unsigned char)(number >> 8), (unsigned char)number };
	buf_append(to, bytes, sizeof bytes);
}

/* The key is written as the agent wants it: type and fields, a comment behind them. */
static bool put_key(struct buf *to, struct wire wire)
{
	enum { ADD_IDENTITY = 17 };
	uint32_t check = read_number(&wire);
	bool same = read_number(&wire) == check;
	const unsigned char *begin = wire.at;
	unsigned fields = key_fields(read_text(&wire));
	for (unsigned i = 0; i < fields; i++)
		read_text(&wire);
	if (!same || wire.broken || !fields)
		return false;
	size_t len = (size_t)(wire.at - begin);
	put_number(to, 1 + len + 4);
	buf_putc(to, ADD_IDENTITY);
	buf_append(to, begin, len);
	put_number(to, 0);
	return !to->overflow;
}

bool private_key_message(struct buf *to, const char *text, size_t len)
{
	static const char begin[] = "-----BEGIN OPENSSH PRIVATE KEY-----", magic[] = "openssh-key-v1";
	struct arena *arena = arena_create();
	size_t size = 0, used = 0;
	bool done = false;
	char *plain = arena_strndup(arena, text, len < KEY_MOST ? len : 0);
	char *at = strstr(plain, begin), *end = at ? strstr(at, "-----END") : NULL;
	for (at = at ? at + strlen(begin) : NULL; at && at < end; at++)
		if (!strchr("\r\n\t ", *at))
			plain[used++] = *at;
	plain[used] = '\0';
	const char *bytes = end ? base64_decode(arena, plain, &size) : NULL;
	if (bytes && size > sizeof magic && memcmp(bytes, magic, sizeof magic) == 0) {
		const unsigned char *blob = (const unsigned char *)bytes;
		struct wire wire = { .at = blob + sizeof magic, .end = blob + size };
		bool open = text_equals(read_text(&wire), "none") && text_equals(read_text(&wire), "none");
		read_text(&wire);
		bool one = read_number(&wire) == 1;
		read_text(&wire);
		struct wire_text secret = read_text(&wire);
		if (open && one && !wire.broken)
			done = put_key(to, (struct wire){ secret.bytes, secret.bytes + secret.len, false });
		explicit_bzero((char *)(uintptr_t)bytes, size);
	}
	explicit_bzero(plain, used);
	arena_destroy(arena);
	return done;
}
