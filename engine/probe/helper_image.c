#include "engine/probe/helper_image.h"

#include "base/text/sha256.h"

/* The Makefile makes the file and tells the assembler where it is. */
__asm__(".section .rodata\n"
	"helper_tar:\n"
	".incbin \"probe_helper.tar\"\n"
	"helper_tar_end:\n"
	".byte 0\n"
	".previous\n");
extern const char helper_tar[], helper_tar_end[];

const char *helper_image_tar(size_t *ret_len)
{
	*ret_len = (size_t)(helper_tar_end - helper_tar);
	return helper_tar;
}

const char *helper_image_name(struct arena *arena)
{
	size_t len;
	const char *tar = helper_image_tar(&len);
	return arena_printf(arena, HELPER_IMAGE_REPOSITORY ":%.16s", sha256_hex(arena, tar, len));
}
