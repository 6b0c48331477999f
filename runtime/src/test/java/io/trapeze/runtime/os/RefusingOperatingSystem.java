// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import io.trapeze.trampolines.abi.Abi;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/** The operating system of this machine, except for what a test has it refuse. */
public final class RefusingOperatingSystem implements OperatingSystem, Signals {

    public static final int ENOMEM = Errno.ENOMEM.number;
    public static final int EACCES = Errno.EACCES.number;
    public static final int EPERM = Errno.EPERM.number;

    private final OperatingSystem real = OperatingSystem.current();
    private final Signals signals = (Signals) real.interrupts();
    private final Map<String, Predicate<Object>> refused = new HashMap<>();
    private final Map<String, Integer> errors = new HashMap<>();
    private ThreadCalls threadCalls = real.threadCalls();
    private int synchronizations;
    private boolean kernelGuardPages = real.hasKernelGuardPages();
    private long mappingsLeft = real.mappingsLeft();

    /** Refuses a method of {@link OperatingSystem} from now on. */
    public RefusingOperatingSystem refuse(String method, int errno) {
        return refuse(method, errno, anything -> true);
    }

    /** Refuses a method where its last argument is as described. */
    public RefusingOperatingSystem refuse(String method, int errno, Predicate<Object> lastArgument) {
        refused.put(method, lastArgument);
        errors.put(method, errno);
        return this;
    }

    /** Stops refusing. */
    public RefusingOperatingSystem allow(String method) {
        refused.remove(method);
        return this;
    }

    public RefusingOperatingSystem withoutKernelGuardPages() {
        kernelGuardPages = false;
        return this;
    }

    public RefusingOperatingSystem withMappingsLeft(long count) {
        mappingsLeft = count;
        return this;
    }

    public RefusingOperatingSystem withThreadCalls(ThreadCalls calls) {
        threadCalls = calls;
        return this;
    }

    private void ask(String method, Object lastArgument) {
        if (refused.getOrDefault(method, anything -> false).test(lastArgument)) {
            throw new HostException(
                    method, String.valueOf(lastArgument), errors.get(method), "A test refuses this call.");
        }
    }

    @Override
    public Abi abi() {
        return real.abi();
    }

    @Override
    public int pageSize() {
        return real.pageSize();
    }

    @Override
    public long map(long bytes) {
        ask("map", bytes);
        return real.map(bytes);
    }

    @Override
    public long reserve(long bytes, long alignment) {
        ask("reserve", bytes);
        return real.reserve(bytes, alignment);
    }

    @Override
    public void commit(long address, long bytes) {
        ask("commit", bytes);
        real.commit(address, bytes);
    }

    @Override
    public void protect(long address, long bytes, Protection protection) {
        ask("protect", protection);
        real.protect(address, bytes, protection);
    }

    @Override
    public void unmap(long address, long bytes) {
        ask("unmap", bytes);
        real.unmap(address, bytes);
    }

    @Override
    public void discard(long address, long bytes) {
        ask("discard", bytes);
        real.discard(address, bytes);
    }

    @Override
    public boolean hasKernelGuardPages() {
        return kernelGuardPages;
    }

    @Override
    public void guard(long address, long bytes) {
        ask("guard", bytes);
        if (kernelGuardPages) {
            real.guard(address, bytes);
        } else {
            real.protect(address, bytes, Protection.NONE);
        }
    }

    @Override
    public long mappingsLeft() {
        return mappingsLeft;
    }

    @Override
    public long mapCode(long bytes) {
        ask("mapCode", bytes);
        return real.mapCode(bytes);
    }

    @Override
    public long openMemoryFile(String name, long bytes) {
        ask("openMemoryFile", bytes);
        return real.openMemoryFile(name, bytes);
    }

    @Override
    public long mapMemoryFile(long file, long bytes, Protection protection) {
        ask("mapMemoryFile", protection);
        return real.mapMemoryFile(file, bytes, protection);
    }

    @Override
    public void unmapMemoryFile(long address, long bytes) {
        ask("unmapMemoryFile", bytes);
        real.unmapMemoryFile(address, bytes);
    }

    @Override
    public void closeMemoryFile(long file) {
        real.closeMemoryFile(file);
    }

    @Override
    public void publishCode(long address, long bytes) {
        ask("publishCode", bytes);
        real.publishCode(address, bytes);
    }

    /** How often code was synchronized. */
    public int synchronizations() {
        return synchronizations;
    }

    @Override
    public void synchronizeCode() {
        synchronizations++;
        real.synchronizeCode();
    }

    @Override
    public long symbol(String name) {
        ask("symbol", name);
        return real.symbol(name);
    }

    @Override
    public SignalAction signalAction(int signal) {
        return signals.signalAction(signal);
    }

    @Override
    public SignalAction installSignalAction(int signal, SignalAction action) {
        ask("installSignalAction", action);
        return signals.installSignalAction(signal, action);
    }

    @Override
    public long minimumSignalStack() {
        return signals.minimumSignalStack();
    }

    @Override
    public SignalStack installSignalStack(SignalStack stack) {
        ask("installSignalStack", stack);
        return signals.installSignalStack(stack);
    }

    @Override
    public long currentThread() {
        return real.currentThread();
    }

    @Override
    public int currentProcess() {
        return real.currentProcess();
    }

    @Override
    public void signalThread(long thread, int signal, long value) {
        ask("signalThread", value);
        signals.signalThread(thread, signal, value);
    }

    @Override
    public long signalTarget() {
        return signals.signalTarget();
    }

    @Override
    public SignalFrame signalFrame() {
        return signals.signalFrame();
    }

    @Override
    public ThreadCalls threadCalls() {
        return threadCalls;
    }

    @Override
    public Interrupts interrupts() {
        return this;
    }
}
