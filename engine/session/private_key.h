/* Private keys of ssh as agents are given them. */
#ifndef ENGINE_PRIVATE_KEY_H
#define ENGINE_PRIVATE_KEY_H

#include "base/buf.h"

#include <stdbool.h>

/* Puts the message by which an agent takes the key (draft-ietf-sshm-ssh-agent: SSH_AGENTC_ADD_IDENTITY),
 * without a comment, into `to`. Returns false for what is not in OpenSSH's own format (its PROTOCOL.key), or
 * has a passphrase. */
bool private_key_message(struct buf *to, const char *text, size_t len);

#endif
