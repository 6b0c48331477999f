# SPDX-License-Identifier: Apache-2.0
#
# What goes wrong for everybody once; `trapeze asm` tells what to write.

        mov     rax, ebx
        mov     [rdi], 1
        mov     rax, [rbx + rsp*2]
        mov     ah, r8b
        jmp     agian
again:  movl    $1, %eax
