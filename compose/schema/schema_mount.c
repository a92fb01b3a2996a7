/* Rows of the long forms in lists of a service: ports, volumes, devices, secrets, configs, limits. */
#include "compose/schema/bind_hook.h"
#include "compose/schema/check_row.h"
#include "compose/schema/schema.h"

static const char *const protocols[] = { "tcp", "udp", "sctp", NULL };

static const struct attr port_rows[] = {
	{ "name", KIND_STRING, AT(struct port, name), .since = "spec", .doc = "A name for people" },
	{ "mode", KIND_STRING, AT(struct port, mode), .fallback = "ingress", .doc = "host or ingress" },
	{ "host_ip", KIND_STRING, .check = check_ip, AT(struct port, host_ip), .since = "spec",
		.doc = "Address of the host" },
	{ "target", KIND_INT, .refuse = refuse_target, .flags = ATTR_CAST, AT(struct port, target),
		.doc = "Port in the container" },
	{ "published", KIND_TEXT, .refuse = refuse_published, .takes = TAKES_INT | TAKES_STRING,
		AT(struct port, published), .doc = "Port or range of the host" },
	{ "protocol", KIND_STRING, .refuse = refuse_word, .words = protocols, AT(struct port, protocol),
		.fallback = "tcp", .doc = "tcp, udp or sctp" },
	{ "app_protocol", KIND_STRING, AT(struct port, app_protocol), .since = "spec",
		.doc = "What is spoken on it" },
	{ "internal", KIND_INT, .flags = ATTR_FLOW | ATTR_BARE, .since = "flow", .engine = "target of probes",
		.doc = "Registry style: port in the container" },
	{ "external", KIND_INT, .flags = ATTR_FLOW | ATTR_BARE, .since = "flow", .engine = "target of probes",
		.doc = "Registry style: port of the host" },
	{ "healthcheck", KIND_STRUCT, .of = &schema_flow_port_probe, .flags = ATTR_FLOW | ATTR_BARE,
		.since = "flow", .engine = "gates",
		.doc = "Registry style: how to tell that the port is ready" },
};
const struct schema schema_port = SCHEMA("port", port_rows, sizeof(struct port), SCHEMA_AT);

static const char *const recursive_words[] = { "enabled", "disabled", "writable", "readonly", NULL };
static const char *const selinux_words[] = { "z", "Z", NULL };
static const char *const mount_types[] = { "bind", "volume", "tmpfs", "cluster", "npipe", "image", NULL };

static const char *const propagations[] = { "private", "rprivate", "shared", "rshared", "slave", "rslave",
	NULL };

static const struct attr bind_rows[] = {
	{ "selinux", KIND_STRING, .words = selinux_words, AT(struct mount_bind, selinux), .since = "spec",
		.doc = "z: label shared, Z: label private" },
	{ "propagation", KIND_STRING, .refuse = refuse_word, .words = propagations,
		AT(struct mount_bind, propagation), .doc = "Mount propagation" },
	{ "create_host_path", KIND_BOOL, AT(struct mount_bind, create_host_path), .since = "spec",
		.doc = "Make the folder on the host when missing" },
	{ "recursive", KIND_STRING, .words = recursive_words, AT(struct mount_bind, recursive),
		.since = "spec", .doc = "What happens to mounts below" },
};
static const struct schema schema_mount_bind = SCHEMA("bind", bind_rows, sizeof(struct mount_bind), 0);

static const struct attr mount_volume_rows[] = {
	{ "labels", KIND_PAIRS, AT_TEXTS(struct mount_volume, labels), .since = "spec",
		.doc = "Labels of an anonymous volume" },
	{ "nocopy", KIND_BOOL, .flags = ATTR_CAST, AT(struct mount_volume, nocopy),
		.doc = "Do not copy the image's files into it" },
	{ "subpath", KIND_STRING, .refuse = refuse_subpath, AT(struct mount_volume, subpath), .since = "spec",
		.doc = "Folder of the volume to mount" },
};
static const struct schema schema_mount_volume =
	SCHEMA("volume", mount_volume_rows, sizeof(struct mount_volume), 0);

static const struct attr mount_tmpfs_rows[] = {
	{ "size", KIND_BYTES, .takes = TAKES_INT | TAKES_STRING, .ranged = true, .least = 0,
		.most = INT64_MAX, AT(struct mount_tmpfs, size), .doc = "Size" },
	{ "mode", KIND_INT, .refuse = refuse_range, .least = 0, .most = UINT32_MAX, .takes = TAKES_NUMBER,
		AT(struct mount_tmpfs, mode), .since = "spec", .doc = "File mode of the root" },
};
static const struct schema schema_mount_tmpfs =
	SCHEMA("tmpfs", mount_tmpfs_rows, sizeof(struct mount_tmpfs), 0);

static const struct attr mount_image_rows[] = {
	{ "subpath", KIND_STRING, .refuse = refuse_subpath, AT(struct mount_image, subpath),
		.doc = "Folder of the image to mount" },
};
static const struct schema schema_mount_image =
	SCHEMA("image", mount_image_rows, sizeof(struct mount_image), 0);

static const struct attr mount_rows[] = {
	{ "type", KIND_STRING, .flags = ATTR_REQUIRED, .words = mount_types, AT(struct mount, type),
		.doc = "bind, volume, tmpfs, image, npipe or cluster" },
	{ "source", KIND_STRING, AT(struct mount, source), .doc = "Folder of the host, volume or image" },
	{ "target", KIND_STRING, .refuse = refuse_mount_target, AT(struct mount, target),
		.doc = "Path in the container" },
	{ "read_only", KIND_BOOL, .flags = ATTR_CAST, AT(struct mount, read_only), .doc = "No writing" },
	{ "consistency", KIND_STRING, AT(struct mount, consistency), .doc = "Platform dependent" },
	{ "bind", KIND_STRUCT, .of = &schema_mount_bind, .flags = ATTR_KEEP, AT_OBJECT(struct mount, bind),
		.doc = "Options of a bind" },
	{ "volume", KIND_STRUCT, .of = &schema_mount_volume, .flags = ATTR_KEEP,
		AT_OBJECT(struct mount, volume), .doc = "Options of a volume" },
	{ "tmpfs", KIND_STRUCT, .of = &schema_mount_tmpfs, .flags = ATTR_KEEP, AT_OBJECT(struct mount, tmpfs),
		.doc = "Options of a tmpfs" },
	{ "image", KIND_STRUCT, .of = &schema_mount_image, .flags = ATTR_KEEP, AT_OBJECT(struct mount, image),
		.since = "spec", .doc = "Options of an image" },
};
const struct schema schema_mount = SCHEMA("volume", mount_rows, sizeof(struct mount), SCHEMA_AT);

static const struct attr device_rows[] = {
	{ "source", KIND_STRING, .flags = ATTR_REQUIRED, .refuse = refuse_device, AT(struct device, source),
		.doc = "Device of the host" },
	{ "target", KIND_STRING, .refuse = refuse_empty, AT(struct device, target),
		.doc = "Path in the container" },
	{ "permissions", KIND_STRING, .refuse = refuse_access, AT(struct device, permissions),
		.doc = "Any of r, w and m" },
};
const struct schema schema_device = SCHEMA("device", device_rows, sizeof(struct device), 0);

static const struct attr file_ref_rows[] = {
	{ "source", KIND_STRING, AT(struct file_ref, source), .doc = "Name in the project" },
	{ "target", KIND_STRING, AT(struct file_ref, target), .doc = "File in the container" },
	{ "uid", KIND_STRING, AT(struct file_ref, uid), .doc = "Owner" },
	{ "gid", KIND_STRING, AT(struct file_ref, gid), .doc = "Group" },
	{ "mode", KIND_MODE, .flags = ATTR_KEEP, AT(struct file_ref, mode), .doc = "File mode, octal" },
};
const struct schema schema_file_ref = SCHEMA("file", file_ref_rows, sizeof(struct file_ref), SCHEMA_AT);

static const struct attr ulimit_rows[] = {
	{ "soft", KIND_INT, .flags = ATTR_REQUIRED | ATTR_CAST | ATTR_ZERO, AT(struct ulimit, soft),
		.doc = "Limit that counts" },
	{ "hard", KIND_INT, .flags = ATTR_REQUIRED | ATTR_CAST | ATTR_ZERO, AT(struct ulimit, hard),
		.doc = "Most that soft may be set to" },
};
const struct schema schema_ulimit = { .name = "ulimit",
	.rows = ulimit_rows,
	.nrows = 2,
	.size = sizeof(struct ulimit),
	.flags = SCHEMA_NAMED,
	.scalar = bind_ulimit };
