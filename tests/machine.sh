#!/usr/bin/env bash
# What a run of the tests does to the machine beneath it: nothing, once it is over.
#
#   tests/machine.sh snapshot FILE         write down what there is
#   tests/machine.sh compare FILE [RUN]    exit 1 and one line for each thing that came or went since then
#
# Compared are, in the network and mount namespace it is started in: names of network links; firewall rules, chains and
# policies (iptables, ip6tables, nft; counters aside); mounts by target and type; and no process may be alive that the run
# started: every one has TESTS_RUN=RUN in its environment, wherever it has been moved. Processes of others come and go.
#
# Not compared: links named veth… (every engine makes and removes them with its containers); what belongs to a private engine
# (tests/engine.sh) of another run that goes on; /run/netns itself, which the first `ip netns add` makes a mount for good.
set -euo pipefail

# others RUN: directories of the private engines that do not belong to the run
others() {
	local pid
	for pid in $(pgrep -x dockerd); do
		grep -qszxF "TESTS_RUN=$1" "/proc/$pid/environ" || tr '\0' '\n' <"/proc/$pid/cmdline" | sed -n 's,/daemon\.json$,,p'
	done 2>/dev/null
}

# links DIR…: without those that have an address of the engines in DIR…
links() {
	local dir ranges=' '
	for dir; do
		ranges+="10.$(cat "$dir/bridge" 2>/dev/null || true). "
	done
	ip -o -4 addr show | awk -v ranges="$ranges" '{ split($4, at, "."); if (index(ranges, " " at[1] "." at[2] ". ")) print $2 }' >"$work/skip"
	ip -o link show | awk -F': ' '{ sub(/@.*/, "", $2); print $2 }' | grep -vxFf "$work/skip" | sed '/^veth/d; s/^/link /'
}

# rules: what stands in chains, chains of someone's own and policies other than ACCEPT; asking creates the empty ones
rules() {
	local save
	for save in iptables-save ip6tables-save; do
		"$save" 2>/dev/null | sed -E 's/ ?\[[0-9]+:[0-9]+\] ?//' |
			awk -v by="${save%-save}" '/^\*/ { table = substr($1, 2) } /^-|^:.* (-|DROP|REJECT)$/ { print by, table, $0 }' || true
	done
	nft list ruleset 2>/dev/null | sed -E 's/counter packets [0-9]+ bytes [0-9]+ ?//; s/^[[:space:]]*//; /^($|#|\}|table |chain |type .* policy accept;$)/d; s/^/nft /' || true
}

# mounts DIR…: without those below DIR…
mounts() {
	awk -v dirs="$*" '
		BEGIN { count = split(dirs, dir, " ") }
		{
			for (i = 1; i <= count; i++)
				if (index($5, dir[i] "/") == 1)
					next
			type = $0
			sub(/.* - /, "", type)
			sub(/ .*/, "", type)
			if ($5 != "/run/netns")
				print "mount", $5, type
		}' /proc/self/mountinfo
}

# processes RUN: those that carry its mark
processes() {
	local pid
	grep -lszxF "TESTS_RUN=$1" /proc/[0-9]*/environ | while IFS=/ read -r _ _ pid _; do
		echo "process $pid $(tr '\0' ' ' <"/proc/$pid/cmdline")"
	done 2>/dev/null || true
}

# seen RUN: all of it, in order
seen() {
	local dirs
	dirs=$(others "$1")
	# shellcheck disable=SC2086 # one word per directory
	{ links $dirs; rules; mounts $dirs; [ -z "$1" ] || processes "$1"; } | LC_ALL=C sort
}

# compare FILE RUN: what is about to end gets ten seconds
compare() {
	local try
	for try in $(seq 20); do
		seen "$2" >"$work/after"
		! cmp -s "$1" "$work/after" || return 0
		[ "$try" = 20 ] || sleep 0.5
	done
	LC_ALL=C comm -23 "$1" "$work/after" | sed 's/^/gone: /'
	LC_ALL=C comm -13 "$1" "$work/after" | sed 's/^/left behind: /'
	return 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case ${1:-}-$# in
snapshot-2) seen '' >"$2" ;;
compare-[23]) compare "$2" "${3:-}" ;;
*)
	sed -n '4,5s/^# *//p' "$0" >&2
	exit 2
	;;
esac
