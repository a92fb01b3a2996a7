#include "engine/archive_lib.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

static const struct {
	const char *name;
	size_t offset;
} entries[] = {
#define ENTRY(member)                                                                                        \
	{                                                                                                    \
		"archive_" #member, offsetof(struct archive_lib, member)                                     \
	}
	ENTRY(write_new),
	ENTRY(write_set_format_gnutar),
	ENTRY(write_set_bytes_per_block),
	ENTRY(write_open),
	ENTRY(write_header),
	ENTRY(write_data),
	ENTRY(write_finish_entry),
	ENTRY(write_close),
	ENTRY(write_free),
	ENTRY(error_string),
	ENTRY(entry_new),
	ENTRY(entry_clear),
	ENTRY(entry_free),
	ENTRY(entry_copy_pathname),
	ENTRY(entry_copy_symlink),
	ENTRY(entry_copy_hardlink),
	ENTRY(entry_set_filetype),
	ENTRY(entry_set_perm),
	ENTRY(entry_set_size),
	ENTRY(entry_set_mtime),
	ENTRY(entry_set_uid),
	ENTRY(entry_set_gid),
#undef ENTRY
};

int archive_lib_open(struct archive_lib *ret_archive, struct errors *errors)
{
	struct archive_lib archive = { .library = dlopen("libarchive.so.13", RTLD_NOW | RTLD_LOCAL) };
	if (!archive.library) {
		error_add(errors, ERROR_SYSTEM, NULL, NULL, "cannot open libarchive: %s", dlerror());
		return error_hint(errors, "install it (Debian: apt-get install libarchive13)");
	}
	for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
		void *entry = dlsym(archive.library, entries[i].name);
		if (!entry) {
			error_add(errors, ERROR_SYSTEM, NULL, NULL, "libarchive has no %s", entries[i].name);
			return error_hint(errors, "libarchive 3.3 or newer is needed");
		}
		memcpy((char *)&archive + entries[i].offset, &entry, sizeof entry);
	}
	*ret_archive = archive;
	return 0;
}
