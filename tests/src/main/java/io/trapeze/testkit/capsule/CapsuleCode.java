// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.capsule;

import static io.trapeze.emitter.operand.Mem.byte_;
import static io.trapeze.emitter.operand.Mem.dword;
import static io.trapeze.emitter.operand.Mem.ptr;
import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Scale;
import io.trapeze.formats.object.ElfExecutable;
import java.util.List;

/**
 * The program of a {@link Capsule}: it forks a child that, for each byte that it reads, jumps into the shared memory, or starts a
 * thread and leaves all else to it, and writes four bytes of zeros once that is done. When the child ends otherwise, the program
 * writes how, as {@code wait4} has it plus {@link #ENDED}, and forks the next. Both end when there is nothing more to read, even if the child does not
 * come to read it. Signals by which a terminal or a script ends whoever started it are not for them.
 */
final class CapsuleCode {
    /** A byte that has the child enter the probe. */
    static final int RUN = 0;
    /** A byte that has another thread do so from now on. */
    static final int HOP = 1;

    /** How the program ends when it can't map the memory. */
    static final int NO_MEMORY = 100;
    /** How the program ends when it can't start a process or a thread. */
    static final int NO_TASK = 102;
    /** How a child ends for which there is nothing more to do. */
    private static final int OVER = 103;
    /** What is added to the status of a child that has ended: one that code has ended with status 0 has not finished. */
    private static final int ENDED = 1 << 16;
    /** How a child ends that was stopped by a signal and has told about it. */
    static final int REPORTED = 101;

    private static final int SIGTRAP = 5;
    /** SIGVTALRM. */
    static final int HUNG = 26;

    /** SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV; then the one which says that it takes too long. */
    static final List<Integer> SIGNALS = List.of(4, 5, 7, 8, 11, HUNG);

    /** SIGHUP, SIGINT, SIGQUIT, SIGTERM: the whole process group gets them, and it is for Java to say what comes of that. */
    static final List<Integer> IGNORED = List.of(1, 2, 3, 15);

    /** Where the handler leaves word: signal, address, and 23 words of general registers as the kernel has them. */
    static final int REPORT = 0;

    static final int REPORT_REGISTERS = REPORT + 16;
    static final int REGISTERS = 23;
    /** Where the child starts. */
    static final int ENTER = REPORT_REGISTERS + 8 * REGISTERS;

    private static final int READ = 0;
    private static final int WRITE = 1;
    private static final int OPEN = 2;
    private static final int CLOSE = 3;
    private static final int POLL = 7;
    private static final int MMAP = 9;
    private static final int SIGACTION = 13;
    private static final int SIGRETURN = 15;
    private static final int SETITIMER = 38;
    private static final int CLONE = 56;
    private static final int FORK = 57;
    private static final int EXIT_THREAD = 60;
    private static final int WAIT4 = 61;
    private static final int SIGALTSTACK = 131;
    private static final int PRCTL = 157;
    private static final int EXIT_GROUP = 231;
    private static final int PIDFD_OPEN = 434;

    private static final int READ_WRITE = 3;
    private static final int READ_EXECUTE = 5;
    private static final int SHARED_FIXED_NOREPLACE = 0x10_0001;
    /** SA_SIGINFO, SA_RESTORER (without which the kernel delivers none), SA_ONSTACK, SA_NODEFER. */
    private static final int SIGNAL_FLAGS = 0x4C00_0004;

    /** CLONE_VM, _FS, _FILES, _SIGHAND, _THREAD, _SYSVSEM: a thread as the C library starts it. */
    private static final int THREAD = 0x5_0F00;

    private static final int IGNORE = 1;
    private static final int SIGKILL = 9;
    private static final int SET_PARENT_DEATH_SIGNAL = 1;
    /** POLLIN: a process that has ended is to be read. POLLHUP needs no asking. */
    private static final int POLLIN = 1;

    private static final int SIGNAL_STACK = 128 * 1024;
    private static final int ITIMER_VIRTUAL = 1;
    /** Of the processor's time, so that a busy machine makes nothing hang. */
    private static final int MICROSECONDS = 200_000;

    /** Offset of the general registers in {@code ucontext_t}, and of the address in {@code siginfo_t}. */
    private static final int UC_REGISTERS = 40;

    private static final int UC_RSP = UC_REGISTERS + 8 * 15;
    private static final int UC_RIP = UC_REGISTERS + 8 * 16;

    private static final int SI_ADDRESS = 16;

    private CapsuleCode() {}

    /** Returns the file: a program whose first argument is the path of the memory. */
    static byte[] program(SharedMemory memory) {
        Assembler a = new Assembler();
        Label handler = a.label("handler");
        start(a, memory, handler);
        serve(a, memory.control());
        a.symbol("handler", handler);
        a.bind(handler);
        step(a, new LowMemory(memory.probes()));
        handle(a, memory.control());
        return ElfExecutable.of("_start", a.finish("capsule")).bytes();
    }

    private static void start(Assembler a, SharedMemory memory, Label handler) {
        a.symbol("_start");
        a.mov(rdi, qword(rsp, 16)); //                  the path of the memory, behind the program's
        a.mov(esi, 2);
        a.mov(eax, OPEN);
        a.syscall();
        a.mov(r8, rax);
        for (SharedMemory.Part part : memory.parts()) {
            a.mov(rdi, part.address());
            a.mov(esi, (int) part.bytes());
            a.mov(edx, part.code() ? READ_EXECUTE : READ_WRITE);
            a.mov(r10d, SHARED_FIXED_NOREPLACE);
            a.mov(r9d, (int) part.offset());
            a.mov(eax, MMAP);
            a.syscall();
            a.cmp(rax, rdi);
            Label fine = a.label("mapped");
            a.je(fine);
            exit(a, NO_MEMORY);
            a.bind(fine);
        }
        a.sub(rsp, 64);
        useSignalStack(a);
        a.lea(rax, ptr(handler));
        a.mov(qword(rsp), rax);
        a.mov(qword(rsp, 8), SIGNAL_FLAGS);
        a.mov(qword(rsp, 16), rax); //                  nothing returns from the handler
        a.mov(qword(rsp, 24), 0);
        SIGNALS.forEach(signal -> setAction(a, signal));
        a.mov(qword(rsp), IGNORE);
        IGNORED.forEach(signal -> setAction(a, signal));
    }

    private static void setAction(Assembler a, int signal) {
        a.mov(edi, signal);
        a.mov(rsi, rsp);
        a.xor(edx, edx);
        a.mov(r10d, 8);
        a.mov(eax, SIGACTION);
        a.syscall();
    }

    /** Emits what gives this thread a stack for signals: code under test has RSP anywhere. */
    private static void useSignalStack(Assembler a) {
        a.lea(rax, ptr(rsp, -2 * SIGNAL_STACK));
        a.mov(qword(rsp), rax);
        a.mov(qword(rsp, 8), 0);
        a.mov(qword(rsp, 16), SIGNAL_STACK);
        a.mov(rdi, rsp);
        a.xor(esi, esi);
        a.mov(eax, SIGALTSTACK);
        a.syscall();
    }

    private static void serve(Assembler a, LowMemory control) {
        Label child = a.label("child");
        Label over = a.label("over");
        Label childIsOver = a.label("child is over");
        Label hop = a.label("hop");
        Label done = a.label("done");
        Label refused = a.label("refused");
        Label another = a.here();
        a.mov(eax, FORK);
        a.syscall();
        a.test(eax, eax);
        a.js(refused);
        a.jz(child);
        a.mov(ebx, eax);
        awaitEnd(a, over);
        a.mov(edi, ebx);
        a.mov(rsi, rsp);
        a.xor(edx, edx);
        a.xor(r10d, r10d);
        a.mov(eax, WAIT4);
        a.syscall();
        a.cmp(dword(rsp), OVER << 8);
        a.je(over);
        a.add(dword(rsp), ENDED);
        write(a);
        a.jmp(another);

        a.bind(child);
        a.mov(edi, SET_PARENT_DEATH_SIGNAL);
        a.mov(esi, SIGKILL);
        a.mov(eax, PRCTL);
        a.syscall();
        Label next = a.here();
        a.xor(edi, edi);
        a.mov(rsi, rsp);
        a.mov(edx, 1);
        a.mov(eax, READ);
        a.syscall();
        a.cmp(rax, 1);
        a.jne(childIsOver);
        a.cmp(byte_(rsp), HOP);
        a.je(hop);
        a.mov(qword(rsp), 0); //                        once, and how long until then
        a.mov(qword(rsp, 8), 0);
        a.mov(qword(rsp, 16), 0);
        a.mov(qword(rsp, 24), MICROSECONDS);
        a.mov(edi, ITIMER_VIRTUAL);
        a.mov(rsi, rsp);
        a.xor(edx, edx);
        a.mov(eax, SETITIMER);
        a.syscall();
        a.call(control.qword(ENTER));
        a.bind(done);
        a.mov(dword(rsp), 0);
        write(a);
        a.jmp(next);

        a.bind(hop);
        a.mov(edi, THREAD);
        a.xor(esi, esi); //                             on this stack: the old thread has no more use for it
        a.mov(eax, CLONE);
        a.syscall();
        a.test(eax, eax);
        a.js(refused);
        Label newThread = a.label("new thread");
        a.jz(newThread);
        a.xor(edi, edi);
        a.mov(eax, EXIT_THREAD);
        a.syscall();
        a.bind(newThread);
        useSignalStack(a);
        a.jmp(done);

        a.bind(refused);
        exit(a, NO_TASK);
        a.bind(childIsOver);
        exit(a, OVER);
        a.bind(over);
        exit(a, 0);
    }

    /**
     * Emits what waits until the child in EBX has ended, and goes to {@code over} if nobody is left before to give it work: a child that
     * waits for ever uses no time, so that no timer ends it, and does not read. Where the kernel has no pidfd, before 5.3, it waits for nothing.
     */
    private static void awaitEnd(Assembler a, Label over) {
        Label old = a.label("old kernel");
        a.mov(edi, ebx);
        a.xor(esi, esi);
        a.mov(eax, PIDFD_OPEN);
        a.syscall();
        a.test(eax, eax);
        a.js(old);
        a.mov(ebp, eax);
        a.mov(qword(rsp), 0); //                        standard input, of which only the other end's closing counts
        a.mov(dword(rsp, 8), ebp);
        a.mov(dword(rsp, 12), POLLIN);
        a.mov(rdi, rsp);
        a.mov(esi, 2);
        a.mov(rdx, -1);
        a.mov(eax, POLL);
        a.syscall();
        a.mov(edi, ebp);
        a.mov(eax, CLOSE);
        a.syscall();
        a.cmp(dword(rsp, 12), POLLIN); //               revents are the upper half
        a.je(over);
        a.bind(old);
    }

    private static void exit(Assembler a, int status) {
        a.mov(edi, status);
        a.mov(eax, EXIT_GROUP);
        a.syscall();
    }

    private static void write(Assembler a) {
        a.mov(edi, 1);
        a.mov(rsi, rsp);
        a.mov(edx, 4);
        a.mov(eax, WRITE);
        a.syscall();
    }

    /** Notes a step of code that is to be single-stepped, and lets it take the next one. */
    private static void step(Assembler a, LowMemory probes) {
        Label crashed = a.label("crashed");
        Label noted = a.label("noted");
        a.cmp(edi, SIGTRAP);
        a.jne(crashed);
        a.cmp(probes.qword(ProbeMemory.STEPS_LEFT), 0);
        a.je(crashed);
        a.dec(probes.qword(ProbeMemory.STEPS_LEFT));
        a.mov(r8, probes.qword(ProbeMemory.NEXT_STEP));
        a.add(probes.qword(ProbeMemory.NEXT_STEP), ProbeMemory.STEP_BYTES);
        a.mov(rax, qword(rdx, UC_RIP));
        a.mov(qword(r8), rax);
        a.mov(rax, qword(rdx, UC_RSP));
        a.mov(qword(r8, 8), rax);
        a.mov(rcx, probes.qword(ProbeMemory.BOUNDS));
        Label more = a.here();
        a.test(rcx, rcx);
        a.jz(noted);
        a.mov(rax, qword(Address.of(rcx, Scale.X8, probes.address(ProbeMemory.BOUNDS))));
        a.add(rax, probes.qword(ProbeMemory.THREAD_BASE));
        a.mov(rax, qword(rax));
        a.mov(qword(r8, rcx, Scale.X8, 8), rax);
        a.dec(rcx);
        a.jmp(more);
        a.bind(noted);
        a.mov(rsp, rdx); //                             where the kernel looks for what it has saved
        a.mov(eax, SIGRETURN);
        a.syscall();
        a.bind(crashed);
    }

    private static void handle(Assembler a, LowMemory control) {
        a.mov(edi, edi);
        a.mov(control.qword(REPORT), rdi);
        a.mov(rax, qword(rsi, SI_ADDRESS));
        a.mov(control.qword(REPORT + 8), rax);
        a.mov(ecx, REGISTERS);
        Label more = a.here();
        a.mov(rax, qword(rdx, rcx, Scale.X8, UC_REGISTERS - 8));
        a.mov(qword(Address.of(rcx, Scale.X8, control.address(REPORT_REGISTERS - 8))), rax);
        a.dec(ecx);
        a.jnz(more);
        exit(a, REPORTED);
    }
}
