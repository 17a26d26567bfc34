#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "torture/guard.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void guard_open(guard *pages, size_t size)
{
    pages->page = (size_t)sysconf(_SC_PAGESIZE);
    pages->size = (size + pages->page - 1) / pages->page * pages->page;
    size_t whole = pages->size + 2 * pages->page;
    pages->map = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(pages->map != MAP_FAILED);
    pages->start = pages->map + pages->page;
    pages->end = pages->start + pages->size;
    assert_int_equal(mprotect(pages->map, pages->page, PROT_NONE), 0);
    assert_int_equal(mprotect(pages->end, pages->page, PROT_NONE), 0);
}

void guard_close(guard *pages)
{
    assert_int_equal(munmap(pages->map, pages->size + 2 * pages->page), 0);
}

sira_str guard_at_end(guard *pages, sira_str bytes)
{
    assert_true(bytes.len <= pages->size);
    memcpy(pages->end - bytes.len, bytes.at, bytes.len);
    return (sira_str){pages->end - bytes.len, bytes.len};
}

sira_str guard_at_start(guard *pages, sira_str bytes)
{
    assert_true(bytes.len <= pages->size);
    memcpy(pages->start, bytes.at, bytes.len);
    return (sira_str){pages->start, bytes.len};
}
