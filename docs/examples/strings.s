# SPDX-License-Identifier: Apache-2.0
#
# String instructions: rep movsb copies, a loop changes the copy, repne scasb finds. Code cannot be written to, so the copy is
# made on the goroutine's stack.

.intel_syntax noprefix

        sub     rsp, 64
        lea     rsi, [rip + text]       # from
        mov     rdi, rsp                # to
        mov     ecx, text_end - text    # how many
        rep movsb                       # direction flag clear, as at every function's start: upwards

        mov     ecx, text_end - text
1:      mov     al, [rsp + rcx - 1]
        cmp     al, 'a'
        jb      2f
        cmp     al, 'z'
        ja      2f
        and     byte ptr [rsp + rcx - 1], ~0x20 & 0xff    # a small letter without this bit is a capital
2:      loop    1b
        mov     esi, text_end - text
        call_java print_str rsp, rsi

        mov     rdi, rsp                # where is the comma?
        mov     al, ','
        mov     ecx, text_end - text
        repne scasb                     # stops behind it
        sub     rdi, rsp
        dec     rdi
        call_java print_int rdi         # 5: counted from 0
        add     rsp, 64
        exit

text:   .ascii  "hello, string instructions\n"
text_end:
