/* Private keys on their way to an agent. */
#include "base/text/base64.h"
#include "engine/session/private_key.h"
#include "unit.h"

#include <string.h>

/* Made for this test alone. */
static const char key[] = "-----BEGIN OPENSSH PRIVATE KEY-----\n"
			  "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n"
			  "QyNTUxOQAAACD1ol6MggS5opZTGrDsOwCfZAUKZ7nXphhhKyL8i9jXGgAAAJhqtm6ZarZu\n"
			  "mQAAAAtzc2gtZWQyNTUxOQAAACD1ol6MggS5opZTGrDsOwCfZAUKZ7nXphhhKyL8i9jXGg\n"
			  "AAAEAwUKKfgKIr8PUR6nZZURXI1W8Yt/sujBcNgPeRG6kt3PWiXoyCBLmillMasOw7AJ9k\n"
			  "BQpnudemGGErIvyL2NcaAAAADndpdGggYSBjb21tZW50AQIDBAUGBw==\n"
			  "-----END OPENSSH PRIVATE KEY-----\n";

/* What is after the length: 17, the type, the public and the private part, no comment. */
static void test_a_key_is_given_without_its_comment(void **state)
{
	(void)state;
	auto_buf struct buf message;
	buf_init(&message, 1000);
	assert_true(private_key_message(&message, key, strlen(key)));
	assert_int_equal(message.len, 4 + 1 + 4 + 11 + 4 + 32 + 4 + 64 + 4);
	assert_memory_equal(message.data, "\0\0\0\x7c\x11\0\0\0\x0bssh-ed25519\0\0\0\x20", 24);
	assert_memory_equal(message.data + 56, "\0\0\0\x40", 4);
	/* the private part ends with the public one */
	assert_memory_equal(message.data + 24, message.data + 60 + 32, 32);
	assert_memory_equal(message.data + 124, "\0\0\0", 4);
}

static void test_what_is_no_open_key(void **state)
{
	(void)state;
	static const char locked[] = "-----BEGIN OPENSSH PRIVATE KEY-----\n"
				     "b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABAAAAAA\n"
				     "-----END OPENSSH PRIVATE KEY-----\n";
	const char *const texts[] = { "",
		"-----BEGIN RSA PRIVATE KEY-----\nx\n-----END RSA PRIVATE KEY-----\n",
		"-----BEGIN OPENSSH PRIVATE KEY-----", locked };
	auto_buf struct buf message;
	buf_init(&message, 1000);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_false(private_key_message(&message, texts[i], strlen(texts[i])));
	/* cut off anywhere */
	for (size_t len = 0; len < strlen(key) - 40; len++)
		assert_false(private_key_message(&message, key, len));
	assert_int_equal(message.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_key_is_given_without_its_comment),
		cmocka_unit_test(test_what_is_no_open_key),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
