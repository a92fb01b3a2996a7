/* libarchive, opened on first use like libcurl (engine/http/curl_lib.h). Only this file and
 * engine/archive/{tar,untar,unpack}.c see its header. */
#ifndef ENGINE_ARCHIVE_LIB_H
#define ENGINE_ARCHIVE_LIB_H

#include "base/error.h"

#include <archive.h>
#include <archive_entry.h>

/* The entry points in use. */
struct archive_lib {
	__typeof__(archive_write_new) *write_new;
	__typeof__(archive_write_set_format_gnutar) *write_set_format_gnutar;
	__typeof__(archive_write_set_bytes_per_block) *write_set_bytes_per_block;
	__typeof__(archive_write_open) *write_open;
	__typeof__(archive_write_header) *write_header;
	__typeof__(archive_write_data) *write_data;
	__typeof__(archive_write_finish_entry) *write_finish_entry;
	__typeof__(archive_write_close) *write_close;
	__typeof__(archive_write_free) *write_free;
	__typeof__(archive_error_string) *error_string;
	__typeof__(archive_entry_new) *entry_new;
	__typeof__(archive_entry_clear) *entry_clear;
	__typeof__(archive_entry_free) *entry_free;
	__typeof__(archive_entry_copy_pathname) *entry_copy_pathname;
	__typeof__(archive_entry_copy_symlink) *entry_copy_symlink;
	__typeof__(archive_entry_copy_hardlink) *entry_copy_hardlink;
	__typeof__(archive_entry_set_filetype) *entry_set_filetype;
	__typeof__(archive_entry_set_perm) *entry_set_perm;
	__typeof__(archive_entry_set_size) *entry_set_size;
	__typeof__(archive_entry_set_mtime) *entry_set_mtime;
	__typeof__(archive_entry_set_uid) *entry_set_uid;
	__typeof__(archive_entry_set_gid) *entry_set_gid;
	__typeof__(archive_entry_filetype) *entry_filetype;
	__typeof__(archive_entry_pathname) *entry_pathname;
	__typeof__(archive_entry_pathname_utf8) *entry_pathname_utf8;
	__typeof__(archive_entry_symlink) *entry_symlink;
	__typeof__(archive_entry_symlink_utf8) *entry_symlink_utf8;
	__typeof__(archive_entry_hardlink) *entry_hardlink;
	__typeof__(archive_entry_hardlink_utf8) *entry_hardlink_utf8;
	__typeof__(archive_entry_perm) *entry_perm;
	__typeof__(archive_entry_mtime) *entry_mtime;
	__typeof__(archive_entry_uid) *entry_uid;
	__typeof__(archive_entry_gid) *entry_gid;
	__typeof__(archive_read_new) *read_new;
	__typeof__(archive_read_support_format_tar) *read_support_format_tar;
	__typeof__(archive_read_open_memory) *read_open_memory;
	__typeof__(archive_read_next_header) *read_next_header;
	__typeof__(archive_read_data) *read_data;
	__typeof__(archive_read_data_block) *read_data_block;
	__typeof__(archive_read_open) *read_open;
	__typeof__(archive_read_free) *read_free;
	__typeof__(archive_set_error) *set_error;
};

/* Opens libarchive.so.13 and resolves the entry points. The library stays loaded until the process ends.
 * Returns 0, or -1 with a finding that names the package to install. */
int archive_lib_open(struct archive_lib *ret_archive, struct errors *errors);

#endif
