#ifndef TASKOPS_CHEAP_H
#define TASKOPS_CHEAP_H

/// Keeps the C library to one heap for all threads. Swift's module of glibc has no malloc.h.
void use_one_heap(void);

#endif
