# SPDX-License-Identifier: Apache-2.0
#
# The smallest one: a string, a number, the end.
#
#     ./trapeze run docs/examples/hello.s

.intel_syntax noprefix

        lea     rdi, [rip + greeting]   # the string's address, from here: code does not know where it will be mapped
        mov     esi, greeting_end - greeting
        call_java print_str             # takes rdi and rsi as they are
        call_java print_int 42          # or what is named: a number, a register, memory
        exit

greeting:
        .ascii  "Hello from a goroutine. The answer is "
greeting_end:
