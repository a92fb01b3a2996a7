/* The few system calls the helper needs, without a C library, for Linux on x86_64 and aarch64: the program is
 * a few KiB then, and is imported into engines as an image. */
#ifndef ENGINE_PROBE_HELPER_SYS_H
#define ENGINE_PROBE_HELPER_SYS_H

#include <linux/in.h>
#include <linux/poll.h>
#include <linux/time_types.h>
#include <stdint.h>
#include <sys/syscall.h>

/* Values of socket(2) and its kin, which the kernel's own headers leave out. */
enum {
	SYS_AF_INET = 2,
	SYS_STREAM_NONBLOCK = 1 | 04000,
	SYS_NOSIGNAL = 0x4000,
	SYS_SOL_SOCKET = 1,
	SYS_SO_ERROR = 4
};

/* Error numbers that are told apart. */
enum {
	SYS_EIO = 5,
	SYS_ETIMEDOUT = 110,
	SYS_ECONNREFUSED = 111,
	SYS_EHOSTUNREACH = 113,
	SYS_EINPROGRESS = 115
};

/* One system call; a negative result is an error number of the kernel. */
static inline long sys_call(long number, long a, long b, long c, long d, long e)
{
#if defined(__x86_64__)
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	long result;
	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return result;
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
	return x0;
#else
#error "the probe helper knows x86_64 and aarch64"
#endif
}

/* Ends the process. */
static inline void __attribute__((noreturn)) sys_exit(int status)
{
	for (;;)
		sys_call(SYS_exit_group, status, 0, 0, 0, 0);
}

/* Monotonic time in ms. */
static inline int64_t sys_now(void)
{
	struct __kernel_timespec time = { 0 };
	sys_call(SYS_clock_gettime, 1 /* CLOCK_MONOTONIC */, (long)&time, 0, 0, 0);
	return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* poll(2) of one descriptor (-1: none, a pause) for at most `ms`; returns its events, 0 when time is over. */
static inline int sys_poll(int fd, short events, int64_t ms)
{
	struct __kernel_timespec limit = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
	struct pollfd item = { .fd = fd, .events = events };
	return sys_call(SYS_ppoll, (long)&item, 1, (long)&limit, 0, 8) > 0 ? item.revents : 0;
}

#endif
