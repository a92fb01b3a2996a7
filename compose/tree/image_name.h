/* What may stand as the image of a service. */
#ifndef COMPOSE_IMAGE_NAME_H
#define COMPOSE_IMAGE_NAME_H

#include <stdbool.h>

/* Whether `text` has the form [HOST[:PORT]/]PATH[:TAG][@DIGEST] that engines take (grammar of the
 * distribution reference: a path is of lower case). An image's id passes as well. */
bool image_name_valid(const char *text);

/* Whether a name means the tag `latest`, named or not: what moves from day to day. One with a digest does
 * not. */
bool image_name_latest(const char *text);

#endif
