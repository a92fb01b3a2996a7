/* This process, as another one may ask later whether it is gone. */
#ifndef ENGINE_PROCESS_H
#define ENGINE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

#define PROCESS_NAME    128 /* bytes of a name, with its end */
#define PROCESS_MACHINE 128 /* bytes of a machine's name, with its end */

/* Names this process: machine since its boot, process namespace, number, time of its start. "" when that
 * cannot be known. */
void process_name(char name[PROCESS_NAME]);

/* Whether the process of that name is gone for sure: false, too, for one that was elsewhere. `ours` says that
 * the name can only be of this machine: then a boot since is the end of it. */
bool process_gone(const char *name, bool ours);

/* Names this machine as long as its installation lasts: the id that systemd or D-Bus gave it (machine-id(5):
 * not to be shown as it is), else its host name. */
void process_machine(char name[PROCESS_MACHINE]);

#endif
