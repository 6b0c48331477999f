# SPDX-License-Identifier: Apache-2.0
#
# Reads where nothing is. The goroutine runs in a process of its own, and only that one ends.

        mov     eax, 16
        mov     rbx, [rax]
        exit
