# SPDX-License-Identifier: Apache-2.0
#
# Three goroutines count in one place. Each begins with the address of zeroed memory that all of them share in rdi, its number
# in rsi and how many they are in rdx. xadd with lock adds and fetches in one step, so that no count is lost whatever
# happens in between: --carriers 3 --preempt gives the same sum.

.intel_syntax noprefix
.globl  first, second, third

TIMES = 1000

COUNTER = 0                             # offsets in the shared memory
ENDED = 8

first:
second:
third:  mov     rbx, rdi                # survives yields
        mov     r12, rdx
        mov     r13d, TIMES
1:      mov     eax, 1
        lock xadd [rbx + COUNTER], rax
        yield
        dec     r13d
        jnz     1b

        mov     eax, 1
        lock xadd [rbx + ENDED], rax
        inc     rax
        cmp     rax, r12
        jne     2f                      # the last one tells
        call_java print_int [rbx + COUNTER]
2:      exit
