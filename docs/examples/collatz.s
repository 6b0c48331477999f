# SPDX-License-Identifier: Apache-2.0
#
# Which number below 10,000 takes the most steps to 1, if an even n becomes n / 2 and an odd one 3n + 1? Conditional moves in
# place of branches.

.intel_syntax noprefix

LIMIT = 10000

        mov     ebx, 1                  # the number
        xor     r12d, r12d              # the most steps
        xor     r13d, r13d              # its number
next:   mov     rax, rbx
        xor     ecx, ecx                # steps
1:      cmp     rax, 1
        je      2f
        lea     rdx, [rax + rax*2 + 1]  # 3n + 1
        shr     rax, 1                  # n / 2, and its lowest bit in the carry flag
        cmovc   rax, rdx
        inc     ecx
        jmp     1b
2:      cmp     ecx, r12d
        cmova   r12d, ecx
        cmova   r13d, ebx
        inc     ebx
        cmp     ebx, LIMIT
        jb      next
        call_java print_int r13         # 6171
        call_java print_int r12         # 261
        exit
