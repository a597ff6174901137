#pragma once

/* The Swift runtime that is linked statically calls hypotf. glibc 2.35 gave that function a new symbol version, so a
   binary built on a system that has it asks for GLIBC_2.35 and does not start on Amazon Linux 2023, which has 2.34.
   It is the only symbol newer than 2.34 that the function needs. Defined here, it is found in the binary itself.

   Compared with glibc 2.34's own: it sets no errno, which nothing in Swift looks at. */
float hypotf(float x, float y);
