/* cJSON, opened on first use: who starts us for a word (metadata before every command of docker, a
 * completion) does not pay for it. Its functions keep their names; one more that is called needs a row in
 * cjson_lib.c. */
#ifndef BASE_CJSON_LIB_H
#define BASE_CJSON_LIB_H

#include "base/error.h"

/* Opens it. Has to come before a command that may fail for want of it; who does not ask is ended when a
 * function is called and the library is not there. Returns 0, or -1 with a finding that names the package to
 * install. */
int cjson_lib_open(struct errors *errors);

#endif
