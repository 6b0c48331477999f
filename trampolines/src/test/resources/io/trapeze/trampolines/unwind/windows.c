// SPDX-License-Identifier: Apache-2.0
//
// Has RtlVirtualUnwind walk from one frame to its caller, from states that a file describes, and prints what comes out
// otherwise than expected. The file, word by word:
//
//   load CODE TABLE INFOS           bytes in hexadecimal; INFOS are 0x1000 bytes behind the code
//   range LOW HIGH                  addresses in what follows that stand for memory of this process
//   memory ADDRESS BYTES            what lies there
//   at OFFSET                       where the walk starts
//   general NUMBER VALUE            a register; likewise vector NUMBER LOW HIGH
//   expect NAME VALUE               of the caller: rip, rsp, a number, or xmm and a number with its lower half
//   walk

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#define INFOS 0x1000
#define TABLE 0x8000
#define LONGEST 0x20000

static uint64_t low, high, delta;
static unsigned char *image;

static uint64_t here(uint64_t value) { return value >= low && value < high ? value + delta : value; }

static size_t bytes(const char *hex, unsigned char *to) {
    size_t size = strlen(hex) / 2;
    for (size_t i = 0; i < size; i++) {
        unsigned byte;
        sscanf(hex + 2 * i, "%2x", &byte);
        to[i] = (unsigned char)byte;
    }
    return size;
}

int main(int argc, char **argv) {
    static char word[64], text[LONGEST];
    static struct { char name[16]; uint64_t value; } expected[64];
    unsigned expectations = 0, walks = 0, wrong = 0;
    unsigned long long a, b, offset = 0;
    CONTEXT context;
    FILE *file = fopen(argv[1], "r");
    if (argc < 2 || !file) {
        printf("cannot read the file of states\n");
        return 2;
    }
    memset(&context, 0, sizeof context);
    while (fscanf(file, "%63s", word) == 1) {
        if (!strcmp(word, "load")) {
            if (image) {
                RtlDeleteFunctionTable((PRUNTIME_FUNCTION)(image + TABLE));
            }
            image = VirtualAlloc(NULL, 0x10000, MEM_RESERVE | MEM_COMMIT, PAGE_EXECUTE_READWRITE);
            fscanf(file, "%131071s", text);
            bytes(text, image);
            fscanf(file, "%131071s", text);
            size_t size = bytes(text, image + TABLE);
            fscanf(file, "%131071s", text);
            bytes(text, image + INFOS);
            if (!RtlAddFunctionTable((PRUNTIME_FUNCTION)(image + TABLE), size / sizeof(RUNTIME_FUNCTION), (DWORD64)image)) {
                printf("RtlAddFunctionTable refuses\n");
                return 2;
            }
        } else if (!strcmp(word, "range")) {
            fscanf(file, "%llx %llx", &a, &b);
            low = a;
            high = b;
            delta = (uint64_t)VirtualAlloc(NULL, high - low, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE) - low;
        } else if (!strcmp(word, "memory")) {
            fscanf(file, "%llx %131071s", &a, text);
            unsigned char *to = (unsigned char *)here(a);
            size_t size = bytes(text, to);
            for (size_t i = 0; i + 8 <= size; i += 8) {
                uint64_t value;
                memcpy(&value, to + i, 8);
                value = here(value);
                memcpy(to + i, &value, 8);
            }
        } else if (!strcmp(word, "at")) {
            fscanf(file, "%llx", &offset);
            context.Rip = (DWORD64)image + offset;
            expectations = 0;
        } else if (!strcmp(word, "general")) {
            fscanf(file, "%llx %llx", &a, &b);
            (&context.Rax)[a] = here(b);
        } else if (!strcmp(word, "vector")) {
            unsigned long long c;
            fscanf(file, "%llx %llx %llx", &a, &b, &c);
            (&context.Xmm0)[a].Low = b;
            (&context.Xmm0)[a].High = c;
        } else if (!strcmp(word, "expect")) {
            fscanf(file, "%15s %llx", expected[expectations].name, &a);
            expected[expectations++].value = here(a);
        } else if (!strcmp(word, "walk")) {
            DWORD64 base = 0, frame = 0;
            PVOID data = NULL;
            PRUNTIME_FUNCTION function = RtlLookupFunctionEntry(context.Rip, &base, NULL);
            if (!function) {
                printf("%llx: no function found\n", offset);
                wrong++;
                continue;
            }
            RtlVirtualUnwind(UNW_FLAG_NHANDLER, base, context.Rip, function, &context, &data, &frame, NULL);
            walks++;
            int right = 1;
            for (unsigned i = 0; i < expectations; i++) {
                const char *name = expected[i].name;
                uint64_t found = !strcmp(name, "rip") ? context.Rip
                    : !strcmp(name, "rsp")            ? context.Rsp
                    : !strncmp(name, "xmm", 3)        ? (&context.Xmm0)[atoi(name + 3)].Low
                                                      : (&context.Rax)[atoi(name)];
                if (found != expected[i].value) {
                    printf("%llx: %s is %llx and should be %llx\n", offset, name, (unsigned long long)found,
                        (unsigned long long)expected[i].value);
                    right = 0;
                }
            }
            wrong += !right;
        } else {
            printf("what is '%s'?\n", word);
            return 2;
        }
    }
    printf("%u walks, %u wrong\n", walks, wrong);
    return wrong != 0;
}
