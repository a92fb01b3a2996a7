#include "base/shared_lib.h"

#include <dlfcn.h>
#include <string.h>

int shared_lib_open(const struct shared_lib *lib, void *ret_table, struct errors *errors)
{
	void *library = dlopen(lib->file, RTLD_LAZY | RTLD_LOCAL);
	if (!library) {
		error_add(errors, ERROR_SYSTEM, NULL, NULL, "cannot open %s: %s", lib->name, dlerror());
		return error_hint(errors, "install it (Debian: apt-get install %s)", lib->package);
	}
	for (size_t i = 0; i < lib->nentries; i++) {
		void *entry = dlsym(library, lib->entries[i].name);
		if (!entry) {
			error_add(errors, ERROR_SYSTEM, NULL, NULL, "%s has no %s", lib->name,
				lib->entries[i].name);
			return error_hint(errors, "%s %s or newer is needed", lib->name, lib->oldest);
		}
		memcpy((char *)ret_table + lib->entries[i].offset, &entry, sizeof entry);
	}
	return 0;
}
