/*
 * What the real C xenstored needs of Xen, without Xen: event channels, grant tables, domain states, /proc/xen.
 * Preloaded into xenstored only. The other side is xenstore_ring.py; both share one memory file and one pair of sockets,
 * inherited as file descriptors:
 *
 *   QNET_XEN_MEMORY  DOMAINS pages of 4096 bytes, page N the xenstore ring of domain N, then a byte for each domain
 *                    (0 absent, 1 running, 2 dying), then at the next multiple of 4096 the bell's word.
 *   QNET_XEN_EVENTS  a datagram socket. To xenstored: 4 bytes, the domain that kicks, 0 for "the domains' states have
 *                    changed". From xenstored: 1 byte, "look at the rings", sent only if the bell is not rung already.
 *
 * Event channel ports here are the domain's number, and VIRQ_PORT for the changes of state.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xenctrl.h>
#include <xenevtchn.h>
#include <xengnttab.h>

#define PAGE 4096
#define DOMAINS 32752
#define STATES ((off_t)DOMAINS * PAGE)
#define BELL (STATES + 8 * PAGE)
#define VIRQ_PORT 0x10000

static int events = -1, memory = -1;
static const volatile unsigned char *states;
static atomic_uint *bell;
static int handle;

__attribute__((constructor)) static void start(void)
{
    const char *e = getenv("QNET_XEN_EVENTS"), *m = getenv("QNET_XEN_MEMORY");
    void *page;

    if (!e || !m)
        _exit(111);
    events = atoi(e);
    memory = atoi(m);
    page = mmap(NULL, 9 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, memory, STATES);
    if (page == MAP_FAILED)
        _exit(112);
    states = page;
    bell = (atomic_uint *)((char *)page + (BELL - STATES));
}

/* event channels */

xenevtchn_handle *xenevtchn_open(struct xentoollog_logger *logger, unsigned int flags)
{
    return (xenevtchn_handle *)&handle;
}

xenevtchn_handle *xenevtchn_fdopen(struct xentoollog_logger *logger, int fd, unsigned int flags)
{
    return (xenevtchn_handle *)&handle;
}

int xenevtchn_fd(xenevtchn_handle *h)
{
    return events;
}

xenevtchn_port_or_error_t xenevtchn_bind_virq(xenevtchn_handle *h, unsigned int virq)
{
    return VIRQ_PORT;
}

xenevtchn_port_or_error_t xenevtchn_bind_interdomain(xenevtchn_handle *h, uint32_t domid, evtchn_port_t remote)
{
    return domid;
}

int xenevtchn_unbind(xenevtchn_handle *h, evtchn_port_t port)
{
    return 0;
}

int xenevtchn_unmask(xenevtchn_handle *h, evtchn_port_t port)
{
    return 0;
}

xenevtchn_port_or_error_t xenevtchn_pending(xenevtchn_handle *h)
{
    uint32_t domid;

    if (recv(events, &domid, sizeof domid, MSG_DONTWAIT) != sizeof domid)
        return -1;
    return domid ? domid : VIRQ_PORT;
}

int xenevtchn_notify(xenevtchn_handle *h, evtchn_port_t port)
{
    /* A send that fails because the queue is full is no loss: the bell's listener looks at every ring. */
    if (!atomic_exchange(bell, 1))
        send(events, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    return 0;
}

/* grant tables: the only grant that xenstored maps is a domain's ring */

xengnttab_handle *xengnttab_open(struct xentoollog_logger *logger, unsigned int flags)
{
    return (xengnttab_handle *)&handle;
}

int xengnttab_close(xengnttab_handle *g)
{
    return 0;
}

int xengnttab_set_max_grants(xengnttab_handle *g, uint32_t count)
{
    return 0;
}

void *xengnttab_map_grant_ref(xengnttab_handle *g, uint32_t domid, uint32_t ref, int prot)
{
    void *ring;

    if (!domid || domid >= DOMAINS || states[domid] != 1) {
        errno = ENOENT;
        return NULL;
    }
    ring = mmap(NULL, PAGE, prot, MAP_SHARED, memory, (off_t)domid * PAGE);
    return ring == MAP_FAILED ? NULL : ring;
}

int xengnttab_unmap(xengnttab_handle *g, void *start, uint32_t count)
{
    return munmap(start, (size_t)count * PAGE);
}

/* domain states */

xc_interface *xc_interface_open(xentoollog_logger *logger, xentoollog_logger *other, unsigned int flags)
{
    return (xc_interface *)&handle;
}

int xc_interface_close(xc_interface *x)
{
    return 0;
}

/* of one domain, from Xen 4.18 on */
int xc_domain_getinfo_single(xc_interface *x, uint32_t domid, xc_domaininfo_t *info)
{
    if (domid >= DOMAINS || !states[domid]) {
        errno = ESRCH;
        return -1;
    }
    memset(info, 0, sizeof *info);
    info->domain = domid;
    info->flags = states[domid] == 1 ? XEN_DOMINF_running : XEN_DOMINF_dying | XEN_DOMINF_shutdown;
    return 0;
}

#if XEN_DOMCTL_INTERFACE_VERSION < 0x16
/* of the first one there is from that number on, before */
int xc_domain_getinfo(xc_interface *x, uint32_t first, unsigned int most, xc_dominfo_t *info)
{
    uint32_t domid;

    for (domid = first; domid < DOMAINS && !states[domid]; domid++)
        ;
    if (domid >= DOMAINS || !most) {
        errno = ESRCH;
        return 0;
    }
    memset(info, 0, sizeof *info);
    info->domid = domid;
    info->running = states[domid] == 1;
    info->dying = info->shutdown = states[domid] == 2;
    return 1;
}
#endif

/* /proc/xen: dom0's own ring, which nobody uses because dom0 talks to the socket */

int open(const char *path, int flags, ...)
{
    static int (*next)(const char *, int, ...);
    mode_t mode = 0;

    if (!strcmp(path, "/proc/xen/xsd_kva"))
        return dup(memory);
    if (!strcmp(path, "/proc/xen/xsd_port"))
        path = "/dev/null";
    if (!next)
        next = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
    if (flags & (O_CREAT | O_TMPFILE)) {
        va_list rest;
        va_start(rest, flags);
        mode = va_arg(rest, mode_t);
        va_end(rest);
    }
    return next(path, flags, mode);
}
