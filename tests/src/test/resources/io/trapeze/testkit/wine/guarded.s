# SPDX-License-Identifier: Apache-2.0
#
# guarded(body, argument, handling, seen)   calls body(argument) from a frame that has an exception handler, guard
#                                           returns body's result, or the code of the exception that ended it
        .text
        .globl  guarded
        .globl  guarded_recovers
        .seh_proc guarded
guarded:
        sub     $56, %rsp
        .seh_stackalloc 56
        .seh_endprologue
        mov     %r8, 32(%rsp)           # guard finds these by the frame's address
        mov     %r9, 40(%rsp)
        mov     %rcx, %rax
        mov     %rdx, %rcx
        call    *%rax
        nop                             # or the return address would lie in the epilogue, where no handler counts
guarded_recovers:
        add     $56, %rsp
        ret
        .seh_handler guard, @except
        .seh_endproc
