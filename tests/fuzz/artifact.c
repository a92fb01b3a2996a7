/* Any bytes as the manifest of a project, as an index, as what a registry asks for, and as a text that is
 * looked through for secrets: what is believed of a manifest has digests, and names that are no paths. */
#include "engine/artifact/artifact.h"
#include "engine/artifact/leak.h"
#include "engine/registry/challenge.h"
#include "engine/registry/digest.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_create();
	struct errors errors;
	struct artifact artifact;
	struct leaks leaks;
	const char *text = arena_strndup(arena, (const char *)data, size);
	const struct manifest manifest = { .type = MANIFEST_OCI, .text = text, .len = size };
	errors_init(&errors, arena);
	if (artifact_read(arena, "oci://r", &manifest, &artifact, &errors) == 0)
		for (size_t i = 0; i < artifact.nlayers; i++) {
			const struct artifact_layer *layer = &artifact.layers[i];
			bool file = layer->kind == ARTIFACT_ENV || layer->kind == ARTIFACT_EXTENDS;
			if (!digest_valid(layer->digest) ||
				(file && (!layer->name || strchr(layer->name, '/'))))
				abort();
		}
	const char *digest = artifact_in_index(arena, &manifest);
	if (digest && !digest_valid(digest))
		abort();
	challenge_parse(arena, text);
	leak_begin(&leaks, arena);
	leak_scan(&leaks, "f", text, size);
	leak_end(&leaks);
	arena_destroy(arena);
	return 0;
}
