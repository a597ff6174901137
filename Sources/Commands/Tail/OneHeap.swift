import CHeap

/// Keeps the C library to one heap for all threads.
///
/// glibc gives each thread that allocates an arena of its own, and what a tail remembers is allocated on one thread and
/// freed on another: holes stay in each, and a day's tail grows. `make soak-tail`: 42 MB after ten minutes and growing with
/// an arena for each thread, 36 MB from the fourth minute on with one. Nothing here allocates so much on two threads at once
/// that they would wait for each other.
func useOneHeap() {
    use_one_heap()
}
