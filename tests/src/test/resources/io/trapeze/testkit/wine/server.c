// SPDX-License-Identifier: Apache-2.0
//
// A Windows process that does what its standard input says, a line at a time, and answers each line with one. Memory of its
// is a file that another process has mapped at the same address: code and data come and go through it.
//
//   map PATH ADDRESS SIZE        maps the file, readable, writable and executable
//   symbol MODULE NAME           the address of a function; MODULE "self" means this program
//   call FUNCTION ARGUMENT ...   calls it with up to ten numbers: its result and GetLastError()
//   start FUNCTION ARGUMENT      calls it in a thread of its own: the thread's handle
//   join HANDLE                  waits for the thread: what the function returned
//
// Numbers are hexadecimal. A line that starts with '!' is an error. What nobody handles ends the process with 3.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#define ARGUMENTS 10

typedef uint64_t (*function)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
    uint64_t);

// guarded.s: calls BODY with an exception handler in its frame; returns what became of it.
uint64_t guarded(uint64_t (*body)(uint64_t), uint64_t argument, uint64_t handling, uint64_t *seen);
extern char guarded_recovers[];

// How the handler ends an exception: by going on elsewhere, or by unwinding to its frame.
enum { GOES_ON, UNWINDS };

EXCEPTION_DISPOSITION guard(EXCEPTION_RECORD *record, void *frame, CONTEXT *context, DISPATCHER_CONTEXT *dispatcher) {
    (void)dispatcher;
    if (record->ExceptionFlags & (EXCEPTION_UNWINDING | EXCEPTION_EXIT_UNWIND | EXCEPTION_TARGET_UNWIND)) {
        return ExceptionContinueSearch;
    }
    uint64_t *seen = ((uint64_t **)frame)[5]; // how often, and then of the last: code, frame, RSP
    seen[0]++;
    seen[1] = record->ExceptionCode;
    seen[2] = (uint64_t)frame;
    seen[3] = context->Rsp;
    uint64_t handling = ((uint64_t *)frame)[4];
    if (handling == UNWINDS) {
        RtlUnwindEx(frame, guarded_recovers, record, (void *)(uint64_t)record->ExceptionCode, dispatcher->ContextRecord,
            dispatcher->HistoryTable);
    }
    context->Rip = (uint64_t)guarded_recovers;
    context->Rsp = (uint64_t)frame;
    context->Rax = record->ExceptionCode;
    return ExceptionContinueExecution;
}

uint64_t raises(uint64_t code) {
    RaiseException((DWORD)code, 0, 0, NULL);
    return 1;
}

uint64_t writes(uint64_t address) {
    *(volatile uint64_t *)address = 1;
    return 1;
}

static uint64_t sum(volatile unsigned char *bytes, uint64_t count) {
    uint64_t total = 0;
    for (uint64_t i = 0; i < count; i += 512) {
        bytes[i] = (unsigned char)(i >> 9);
    }
    for (uint64_t i = 0; i < count; i += 512) {
        total += bytes[i];
    }
    return total;
}

// A frame of ten pages and one of a hundred: the compiler has their stack probed page by page, by ___chkstk_ms.
uint64_t ten_pages(uint64_t unused) {
    volatile unsigned char frame[10 * 4096];
    (void)unused;
    return sum(frame, sizeof frame);
}

uint64_t hundred_pages(uint64_t unused) {
    volatile unsigned char frame[100 * 4096];
    (void)unused;
    return sum(frame, sizeof frame);
}

static const struct { const char *name; void *address; } own[] = {
    {"guarded", guarded}, {"raises", raises}, {"writes", writes}, {"ten_pages", ten_pages},
    {"hundred_pages", hundred_pages},
};

static LONG WINAPI crashed(EXCEPTION_POINTERS *exception) {
    printf("! exception %lx at %p\n", exception->ExceptionRecord->ExceptionCode,
        exception->ExceptionRecord->ExceptionAddress);
    fflush(stdout);
    ExitProcess(3);
}

typedef struct { function function; uint64_t argument; uint64_t result; } job;

static DWORD WINAPI run(void *argument) {
    job *todo = argument;
    todo->result = todo->function(todo->argument, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    return 0;
}

static void *symbol(const char *module, const char *name) {
    if (!strcmp(module, "self")) {
        for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
            if (!strcmp(own[i].name, name)) {
                return own[i].address;
            }
        }
        return NULL;
    }
    HMODULE library = LoadLibraryA(module);
    return library ? (void *)GetProcAddress(library, name) : NULL;
}

static int map(const char *path, uint64_t address, uint64_t size) {
    HANDLE file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
        OPEN_EXISTING, 0, NULL);
    HANDLE section = CreateFileMappingA(file, NULL, PAGE_EXECUTE_READWRITE, size >> 32, (DWORD)size, NULL);
    return section
        && MapViewOfFileEx(section, FILE_MAP_ALL_ACCESS | FILE_MAP_EXECUTE, 0, 0, size, (void *)address) == (void *)address;
}

int main(void) {
    static char line[4096];
    static struct { HANDLE thread; job *job; } started[64];
    unsigned threads = 0;
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX); // or a debugger would be started first
    SetUnhandledExceptionFilter(crashed);
    while (fgets(line, sizeof line, stdin)) {
        char *word[2 + ARGUMENTS] = {0};
        uint64_t number[2 + ARGUMENTS] = {0};
        unsigned words = 0;
        for (char *next = strtok(line, " \r\n"); next && words < 2 + ARGUMENTS; next = strtok(NULL, " \r\n")) {
            word[words] = next;
            number[words++] = strtoull(next, NULL, 16);
        }
        if (words == 4 && !strcmp(word[0], "map")) {
            printf(map(word[1], number[2], number[3]) ? "ok\n" : "! %lx\n", GetLastError());
        } else if (words == 3 && !strcmp(word[0], "symbol")) {
            printf("%llx\n", (unsigned long long)symbol(word[1], word[2]));
        } else if (words >= 2 && !strcmp(word[0], "call")) {
            uint64_t *a = number + 2;
            SetLastError(0);
            uint64_t result
                = ((function)number[1])(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9]);
            DWORD error = GetLastError();
            printf("%llx %lx\n", (unsigned long long)result, error);
        } else if (words == 3 && !strcmp(word[0], "start") && threads < 64) {
            job *todo = malloc(sizeof *todo);
            todo->function = (function)number[1];
            todo->argument = number[2];
            started[threads].job = todo;
            started[threads].thread = CreateThread(NULL, 0, run, todo, 0, NULL);
            printf("%llx\n", (unsigned long long)started[threads++].thread);
        } else if (words == 2 && !strcmp(word[0], "join")) {
            unsigned i = 0;
            while (i < threads && started[i].thread != (HANDLE)number[1]) {
                i++;
            }
            if (i == threads) {
                printf("! no such thread\n");
            } else {
                WaitForSingleObject(started[i].thread, INFINITE);
                CloseHandle(started[i].thread);
                printf("%llx\n", (unsigned long long)started[i].job->result);
                free(started[i].job);
                started[i] = started[--threads];
            }
        } else {
            printf("! what is '%s'?\n", word[0] ? word[0] : "");
        }
        fflush(stdout);
    }
    return 0;
}
