// SPDX-License-Identifier: Apache-2.0
//
// Runs one primitive, called from main through outer and inner, so that somebody can look at the stack at each of its
// instructions: a debugger, or with "step" as second argument libgcc's unwinder from a handler under the trap flag, which prints
// a line for each instruction.
//
// Each frame of the chain tells what is right: while it is calling, rbx, rbp, r12 and r13 hold values of its own, r14 the
// address that it goes on at, and r15 its stack pointer.

#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ucontext.h>
#include <unwind.h>

struct call { void *target; uint64_t a[4]; };

extern char gogo[], gogo_end[], mcall[], mcall_end[], systemstack[], systemstack_end[], async_preempt[], async_preempt_end[];
extern char inner[], outer[], switcher[], victim[], victim_end[];
void outer_call(struct call *) __asm__("outer");
void switcher_call(struct call *) __asm__("switcher");

__asm__(
    ".intel_syntax noprefix\n"
    ".macro caller name, mark, target\n"
    ".globl \\name\n"
    ".type \\name, @function\n"
    "\\name:\n"
    "  .cfi_startproc\n"
    "  push rbp\n  .cfi_adjust_cfa_offset 8\n  .cfi_rel_offset rbp, 0\n"
    "  push rbx\n  .cfi_adjust_cfa_offset 8\n  .cfi_rel_offset rbx, 0\n"
    "  push r12\n  .cfi_adjust_cfa_offset 8\n  .cfi_rel_offset r12, 0\n"
    "  push r13\n  .cfi_adjust_cfa_offset 8\n  .cfi_rel_offset r13, 0\n"
    "  push r14\n  .cfi_adjust_cfa_offset 8\n  .cfi_rel_offset r14, 0\n"
    "  push r15\n  .cfi_adjust_cfa_offset 8\n  .cfi_rel_offset r15, 0\n"
    "  sub rsp, 8\n  .cfi_adjust_cfa_offset 8\n"
    "  mov rbx, \\mark + 0xb00\n"
    "  mov rbp, \\mark + 0xb10\n"
    "  mov r12, \\mark + 0x1200\n"
    "  mov r13, \\mark + 0x1300\n"
    "  lea r14, [rip + 1f]\n"
    "  mov r15, rsp\n"
    "  .ifb \\target\n"
    "  mov rax, [rdi]\n"
    "  mov rsi, [rdi + 16]\n"
    "  mov rdx, [rdi + 24]\n"
    "  mov rcx, [rdi + 32]\n"
    "  mov rdi, [rdi + 8]\n"
    "  call rax\n"
    "  .else\n"
    "  call \\target\n"
    "  .endif\n"
    "1:\n"
    "  add rsp, 8\n  .cfi_adjust_cfa_offset -8\n"
    "  pop r15\n  .cfi_adjust_cfa_offset -8\n  .cfi_restore r15\n"
    "  pop r14\n  .cfi_adjust_cfa_offset -8\n  .cfi_restore r14\n"
    "  pop r13\n  .cfi_adjust_cfa_offset -8\n  .cfi_restore r13\n"
    "  pop r12\n  .cfi_adjust_cfa_offset -8\n  .cfi_restore r12\n"
    "  pop rbx\n  .cfi_adjust_cfa_offset -8\n  .cfi_restore rbx\n"
    "  pop rbp\n  .cfi_adjust_cfa_offset -8\n  .cfi_restore rbp\n"
    "  ret\n"
    "  .cfi_endproc\n"
    "  .size \\name, . - \\name\n"
    ".endm\n"
    ".text\n"
    "caller inner, 0xA1000000,\n"
    "caller outer, 0xA2000000, inner\n"
    "caller switcher, 0xB1000000,\n"
    // What is interrupted: at its first instruction, where one byte earlier is another function; while its frame grows; as a
    // leaf that keeps data below RSP.
    ".globl victim, victim_end\n"
    ".type victim, @function\n"
    "victim:\n"
    "  .cfi_startproc\n"
    "  push rbx\n  .cfi_adjust_cfa_offset 8\n  .cfi_rel_offset rbx, 0\n"
    "  mov rbx, 0xC1000b00\n"
    "  mov [rsp - 8], rbx\n"
    "  sub rsp, 40\n  .cfi_adjust_cfa_offset 40\n"
    "  mov rax, 0xC1000a00\n"
    "  movq xmm7, rax\n"
    "  add rsp, 40\n  .cfi_adjust_cfa_offset -40\n"
    "  pop rbx\n  .cfi_adjust_cfa_offset -8\n  .cfi_restore rbx\n"
    "  ret\n"
    "victim_end:\n"
    "  .cfi_endproc\n"
    "  .size victim, . - victim\n"
    ".att_syntax\n");

#define TRASH_VOLATILE                                                                                                  \
    __asm__ volatile("mov $0xbad, %%eax; mov %%rax, %%rcx; mov %%rax, %%rdx; mov %%rax, %%rsi; mov %%rax, %%rdi;"         \
                     "mov %%rax, %%r8; mov %%rax, %%r9; mov %%rax, %%r10; mov %%rax, %%r11; pxor %%xmm0, %%xmm0;"         \
                     "pxor %%xmm7, %%xmm7" ::: "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "xmm0",       \
                     "xmm7", "memory")

static char g0_stack[64 * 1024] __attribute__((aligned(4096)));
static char handler_stack[256 * 1024];
static uint64_t sched[32], g0[32];
static int fn_returns;

__attribute__((noinline)) void look(void) { TRASH_VOLATILE; }

__attribute__((noinline)) void fn(void *g) {
    TRASH_VOLATILE;
    look();
    if (!fn_returns) {
        struct call resume = {gogo, {(uint64_t)sched}};
        switcher_call(&resume);
    }
}

__attribute__((noinline)) uint64_t thunk(uint64_t argument) {
    TRASH_VOLATILE;
    look();
    return argument + 1;
}

__attribute__((noinline)) void async_preempt2(void) {
    TRASH_VOLATILE;
    look();
}

// ---- libgcc's view -----------------------------------------------------------------------------------------------------

static char *start, *end;
static int interrupting;
static volatile int done;

static const char *name(void *function) {
    static const struct { void *start; const char *name; } names[] = {
        {gogo, "gogo"}, {mcall, "mcall"}, {systemstack, "systemstack"}, {async_preempt, "async_preempt"}, {inner, "inner"},
        {outer, "outer"}, {switcher, "switcher"}, {victim, "victim"}, {fn, "fn"}, {thunk, "thunk"}, {look, "look"},
        {async_preempt2, "async_preempt2"}};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].start == function) {
            return names[i].name;
        }
    }
    return NULL;
}

int main(int, char **);

static _Unwind_Reason_Code frame(struct _Unwind_Context *context, void *seen) {
    static const struct { const char *name; int number; } registers[] = {
        {"rax", 0}, {"rbx", 3}, {"rcx", 2}, {"rdx", 1}, {"rsi", 4}, {"rdi", 5}, {"rbp", 6}, {"r8", 8}, {"r9", 9},
        {"r10", 10}, {"r11", 11}, {"r12", 12}, {"r13", 13}, {"r14", 14}, {"r15", 15}};
    int exact = 0;
    uint64_t ip = _Unwind_GetIPInfo(context, &exact);
    void *function = _Unwind_FindEnclosingFunction((void *)(exact ? ip + 1 : ip));
    const char *known = function == (void *)main ? "main" : name(function);
    if (!*(int *)seen && !known) {
        return _URC_NO_REASON; // the handler's own frames
    }
    *(int *)seen = 1;
    printf(" | %s rip=%lx rsp=%lx", known ? known : "?", ip, _Unwind_GetCFA(context));
    for (int i = 0; i < 15; i++) {
        printf(" %s=%lx", registers[i].name, _Unwind_GetGR(context, registers[i].number));
    }
    return known && strcmp(known, "main") == 0 ? _URC_END_OF_STACK : _URC_NO_REASON;
}

static void walk(void) {
    int seen = 0;
    _Unwind_Backtrace(frame, &seen);
    printf("\n");
}

static void trap(int signal, siginfo_t *info, void *state) {
    static char *resume;
    greg_t *r = ((ucontext_t *)state)->uc_mcontext.gregs;
    char *rip = (char *)r[REG_RIP];
    if (interrupting && rip >= victim && rip < victim_end && rip != resume) { // what a preemption's handler does
        printf("interrupted");
        walk();
        resume = rip;
        r[REG_RSP] -= 128 + 8;
        *(char **)r[REG_RSP] = resume;
        r[REG_RIP] = (greg_t)async_preempt;
        rip = async_preempt;
    }
    if (rip >= start && rip < end) {
        printf("%lx", (uint64_t)(rip - start));
        walk();
    } else if (rip == (char *)look) {
        printf("callee");
        walk();
    }
    if (!done) {
        r[REG_EFL] |= 0x100;
    }
}

static void finish(int signal) { _Exit(0); }

int main(int argc, char **argv) {
    const char *primitive = argc > 1 ? argv[1] : "";
    struct call call;
    g0[0] = (uint64_t)(g0_stack + sizeof g0_stack - 8);
    if (strncmp(primitive, "mcall", 5) == 0 || strcmp(primitive, "gogo") == 0) {
        fn_returns = strcmp(primitive, "mcall-returns") == 0;
        call = (struct call){mcall, {1, (uint64_t)sched, (uint64_t)g0, (uint64_t)fn}};
        start = *primitive == 'g' ? gogo : mcall;
        end = *primitive == 'g' ? gogo_end : mcall_end;
    } else if (strcmp(primitive, "systemstack") == 0) {
        call = (struct call){systemstack, {g0[0], 41, (uint64_t)thunk}};
        start = systemstack;
        end = systemstack_end;
    } else {
        call = (struct call){victim};
        interrupting = 1;
        start = async_preempt;
        end = async_preempt_end;
    }
    if (argc > 2) {
        stack_t other = {.ss_sp = handler_stack, .ss_size = sizeof handler_stack};
        struct sigaction action = {.sa_sigaction = trap, .sa_flags = SA_SIGINFO | SA_ONSTACK};
        sigaltstack(&other, NULL);
        sigaction(SIGTRAP, &action, NULL);
        signal(SIGILL, finish);
        setvbuf(stdout, NULL, _IOLBF, 0);
        __asm__ volatile("pushfq; orl $0x100, (%%rsp); popfq" ::: "memory", "cc");
    }
    outer_call(&call);
    if (argc > 2) {
        done = 1;
    }
    return 0;
}
