/* What docker asks a plugin before it runs it. */
#ifndef PLUGIN_MANIFEST_H
#define PLUGIN_MANIFEST_H

#include <stdio.h>

/* The word docker calls the plugin with to learn what it is. */
#define MANIFEST_WORD "docker-cli-plugin-metadata"

/* Prints the metadata as one JSON object (Docker CLI plugin protocol, schema 0.1.0). */
void manifest_print(FILE *out);

#endif
