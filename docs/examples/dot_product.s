# SPDX-License-Identifier: Apache-2.0
#
# The dot product of two vectors of doubles, two elements at a time in SSE registers.

.intel_syntax noprefix

ELEMENTS = 8

        lea     rsi, [rip + a]
        lea     rdi, [rip + b]
        mov     ecx, ELEMENTS
        xorpd   xmm0, xmm0              # two sums
1:      movupd  xmm1, [rsi + rcx*8 - 16]
        movupd  xmm2, [rdi + rcx*8 - 16]
        mulpd   xmm1, xmm2
        addpd   xmm0, xmm1
        sub     ecx, 2
        jnz     1b
        movhlps xmm1, xmm0              # the upper sum down
        addsd   xmm0, xmm1
        call_java print_double xmm0     # 1*8 + 2*7 + ... + 8*1 = 120
        exit

        .balign 16
a:      .double 1, 2, 3, 4, 5, 6, 7, 8
b:      .double 8, 7, 6, 5, 4, 3, 2, 1
