# SPDX-License-Identifier: Apache-2.0
#
# Two goroutines that take turns. Each .globl label is where one begins, in the order of the file; yield lets the other go on.
# Each has a stack and registers of its own: both count in ebx.

.intel_syntax noprefix
.globl  ping, pong

ROUNDS = 3

ping:   mov     ebx, 1
1:      call_java print_str ping_text, 5
        call_java print_int rbx
        yield                           # keeps rbx, rbp, r12, r13, r15 and the stack; not the other registers
        inc     ebx
        cmp     ebx, ROUNDS
        jbe     1b
        exit

pong:   mov     ebx, 1
1:      call_java print_str pong_text, 5
        call_java print_int rbx
        yield
        inc     ebx
        cmp     ebx, ROUNDS
        jbe     1b
        exit

ping_text: .ascii "ping "
pong_text: .ascii "pong "
