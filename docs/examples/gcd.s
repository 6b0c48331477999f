# SPDX-License-Identifier: Apache-2.0
#
# Euclid's algorithm as a function of its own, called like one of C: arguments in rdi and rsi, the result in rax.

.intel_syntax noprefix

        mov     edi, 1071
        mov     esi, 462
        call    gcd
        call_java print_int rax         # 21

        mov     rdi, 600851475143
        mov     rsi, 71 * 839
        call    gcd
        call_java print_int rax         # 59569: both have these factors
        exit

gcd:    mov     rax, rdi
        test    rsi, rsi
        jz      2f
1:      xor     edx, edx                # div divides rdx:rax
        div     rsi
        mov     rax, rsi                # gcd(a, b) = gcd(b, a mod b)
        mov     rsi, rdx
        test    rsi, rsi
        jnz     1b
2:      ret
