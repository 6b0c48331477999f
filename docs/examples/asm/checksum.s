# SPDX-License-Identifier: Apache-2.0
#
# uint32_t checksum(const uint8_t *bytes, size_t count): links with C as `trapeze asm checksum.s --format elf -o checksum.o`.

.intel_syntax noprefix
.globl  checksum

checksum:
        xor     eax, eax                # the sum
        test    rsi, rsi
        jz      2f                      # no bytes
1:      movzx   edx, byte ptr [rdi]
        rol     eax, 5
        xor     eax, edx
        inc     rdi
        dec     rsi
        jnz     1b
2:      ret
