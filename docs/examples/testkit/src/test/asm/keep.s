# SPDX-License-Identifier: Apache-2.0
# Both return their argument, and both use r12 for it. Only one of them gives its caller's r12 back.

.globl keep
keep:
    push r12
    mov r12, rdi
    mov rax, r12
    pop r12
    ret

.globl forget
forget:
    mov r12, rdi
    mov rax, r12
    ret
