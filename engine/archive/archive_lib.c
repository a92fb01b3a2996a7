#include "engine/archive/archive_lib.h"
#include "base/shared_lib.h"

static const struct shared_entry entries[] = {
#define ENTRY(member) SHARED_ENTRY(struct archive_lib, "archive_", member)
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
	ENTRY(entry_filetype),
	ENTRY(entry_pathname),
	ENTRY(entry_pathname_utf8),
	ENTRY(entry_symlink),
	ENTRY(entry_symlink_utf8),
	ENTRY(entry_hardlink),
	ENTRY(entry_hardlink_utf8),
	ENTRY(entry_perm),
	ENTRY(entry_mtime),
	ENTRY(entry_uid),
	ENTRY(entry_gid),
	ENTRY(read_new),
	ENTRY(read_support_format_tar),
	ENTRY(read_open_memory),
	ENTRY(read_next_header),
	ENTRY(read_data),
	ENTRY(read_data_block),
	ENTRY(read_open),
	ENTRY(read_free),
	ENTRY(set_error),
#undef ENTRY
};

static const struct shared_lib libarchive = {
	.file = "libarchive.so.13",
	.name = "libarchive",
	.package = "libarchive13",
	.oldest = "3.3",
	.entries = entries,
	.nentries = sizeof entries / sizeof *entries,
};

int archive_lib_open(struct archive_lib *ret_archive, struct errors *errors)
{
	return shared_lib_open(&libarchive, ret_archive, errors);
}
