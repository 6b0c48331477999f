# SPDX-License-Identifier: Apache-2.0
#
# The first Fibonacci numbers. Registers that survive a call are rbx, rbp, r12, r13 and r15; what the loop needs is in them.

.intel_syntax noprefix

COUNT = 15

        xor     ebx, ebx                # F(n)
        mov     r12d, 1                 # F(n + 1)
        mov     r13d, COUNT
1:      call_java print_int rbx         # changes rax, rcx, rdx, rsi, rdi, r8 to r11 and the vector registers
        xadd    rbx, r12                # rbx = F(n) + F(n + 1), r12 = F(n)
        xchg    rbx, r12                # one further: F(n + 1), F(n + 2)
        xchg    rbx, r12
        dec     r13d
        jnz     1b
        exit
