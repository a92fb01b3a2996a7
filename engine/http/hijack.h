/* A request with `upgrade` (http.h) becomes the connection itself: raw bytes both ways. What comes is given
 * to `data`; these functions are for what goes. Nothing is kept beyond what is on its way: who is told to
 * wait does, on both sides. (Engine API: ContainerAttach, ExecStart) */
#ifndef ENGINE_HIJACK_H
#define ENGINE_HIJACK_H

#include "engine/http/http.h"

/* Bytes that hijack_send takes now: 0 until the engine has accepted and while the last ones are on their way.
 * `room` is called when there is some. */
size_t hijack_room(const struct request *request);

/* Sends bytes, hijack_room at the most; they are copied. */
void hijack_send(struct request *request, const char *bytes, size_t len);

/* Nothing more will be sent: the other side reads to the end of what was, and goes on to speak. */
void hijack_shut(struct request *request);

/* While it is held nothing is read: the reader of `data`, which still gets what was read before, has no room.
 */
void hijack_hold(struct request *request, bool held);

#endif
