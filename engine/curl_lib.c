#include "engine/curl_lib.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

static const struct {
	const char *name;
	size_t offset;
} entries[] = {
#define ENTRY(member)                                                                                        \
	{                                                                                                    \
		"curl_" #member, offsetof(struct curl_lib, member)                                           \
	}
	ENTRY(global_init),
	ENTRY(easy_init),
	ENTRY(easy_cleanup),
	ENTRY(easy_reset),
	ENTRY(easy_setopt),
	ENTRY(easy_getinfo),
	ENTRY(easy_pause),
	ENTRY(easy_perform),
	ENTRY(easy_send),
	ENTRY(easy_recv),
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

int curl_lib_open(struct curl_lib *ret_curl, struct errors *errors)
{
	struct curl_lib curl = { .library = dlopen("libcurl.so.4", RTLD_LAZY | RTLD_LOCAL) };
	if (!curl.library) {
		error_add(errors, ERROR_SYSTEM, NULL, NULL, "cannot open libcurl: %s", dlerror());
		return error_hint(errors, "install it (Debian: apt-get install libcurl4)");
	}
	for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
		void *entry = dlsym(curl.library, entries[i].name);
		if (!entry) {
			error_add(errors, ERROR_SYSTEM, NULL, NULL, "libcurl has no %s", entries[i].name);
			return error_hint(errors, "libcurl 7.85 or newer is needed");
		}
		memcpy((char *)&curl + entries[i].offset, &entry, sizeof entry);
	}
	if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return error_add(errors, ERROR_SYSTEM, NULL, NULL, "libcurl cannot be initialised");
	*ret_curl = curl;
	return 0;
}
