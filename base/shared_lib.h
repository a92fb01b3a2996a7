/* A shared library that is opened on first use: what starts without it does not pay for it. */
#ifndef BASE_SHARED_LIB_H
#define BASE_SHARED_LIB_H

#include "base/error.h"

#include <stddef.h>

struct shared_lib {
	const char *file;    /* "libcurl.so.4" */
	const char *name;    /* for messages: "libcurl" */
	const char *package; /* of Debian */
	const char *oldest;  /* version that has all entry points */
	struct shared_entry {
		const char *name;
		size_t offset; /* of the pointer to it in the table */
	} const *entries;
	size_t nentries;
};

/* The entry point PREFIX##member of a table. */
#define SHARED_ENTRY(table, prefix, member)                                                                  \
	{                                                                                                    \
		prefix #member, offsetof(table, member)                                                      \
	}

/* Opens the library and writes the address of each entry point into `ret_table`. It stays loaded until the
 * process ends. Returns 0, or -1 with a finding that names the package to install; the table is unfit then.
 */
int shared_lib_open(const struct shared_lib *lib, void *ret_table, struct errors *errors);

#endif
