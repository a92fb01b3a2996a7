#include "engine/http/curl_lib.h"
#include "base/shared_lib.h"

static const struct shared_entry entries[] = {
#define ENTRY(member) SHARED_ENTRY(struct curl_lib, "curl_", member)
	ENTRY(global_init),
	ENTRY(easy_init),
	ENTRY(easy_cleanup),
	ENTRY(easy_reset),
	ENTRY(easy_setopt),
	ENTRY(easy_getinfo),
	ENTRY(easy_pause),
	ENTRY(easy_recv),
	ENTRY(easy_send),
	ENTRY(easy_strerror),
	ENTRY(multi_init),
	ENTRY(multi_cleanup),
	ENTRY(multi_setopt),
	ENTRY(multi_add_handle),
	ENTRY(multi_remove_handle),
	ENTRY(multi_socket_action),
	ENTRY(multi_assign),
	ENTRY(multi_info_read),
	ENTRY(slist_append),
	ENTRY(slist_free_all),
#undef ENTRY
};

static const struct shared_lib libcurl = {
	.file = "libcurl.so.4",
	.name = "libcurl",
	.package = "libcurl4",
	.oldest = "7.85",
	.entries = entries,
	.nentries = sizeof entries / sizeof *entries,
};

int curl_lib_open(struct curl_lib *ret_curl, struct errors *errors)
{
	struct curl_lib curl;
	if (shared_lib_open(&libcurl, &curl, errors) != 0)
		return -1;
	if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return error_add(errors, ERROR_SYSTEM, NULL, NULL, "libcurl cannot be initialised");
	*ret_curl = curl;
	return 0;
}
