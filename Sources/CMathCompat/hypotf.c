#include "CMathCompat.h"

#include <math.h>

/* The squares of two floats and their sum neither overflow nor vanish in a double, so the naive formula is right. */
float hypotf(float x, float y) {
    if (isinf(x) || isinf(y)) {
        return INFINITY; /* even beside a NaN: C23, F.10.4.4 */
    }
    return (float)sqrt((double)x * (double)x + (double)y * (double)y);
}
