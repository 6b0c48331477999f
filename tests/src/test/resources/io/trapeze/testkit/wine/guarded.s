# SPDX-License-Identifier: Apache-2.0
#
# guarded(body, argument, handling)   calls body(argument) from a frame that has an exception handler, guard
#                                     returns body's result, or the code of the exception that ended it
        .text
        .globl  guarded
        .globl  guarded_recovers
        .seh_proc guarded
guarded:
        sub     $40, %rsp
        .seh_stackalloc 40
        .seh_endprologue
        mov     %r8, 32(%rsp)           # guard finds it by the frame's address
        mov     %rcx, %rax
        mov     %rdx, %rcx
        call    *%rax
guarded_recovers:
        add     $40, %rsp
        ret
        .seh_handler guard, @except
        .seh_endproc
