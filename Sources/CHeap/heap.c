#include "CHeap.h"

#ifdef __linux__
#include <malloc.h>
#endif

// Where there are no arenas (musl, macOS) there is nothing to do.
void use_one_heap(void) {
#ifdef M_ARENA_MAX
    mallopt(M_ARENA_MAX, 1);
#endif
}
