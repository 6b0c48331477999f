// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

/** Suspending threads of this process on Windows. */
final class WindowsSuspension implements Suspension {
    static final int THREAD_SUSPEND_RESUME = 0x02;
    static final int THREAD_GET_CONTEXT = 0x08;
    static final int THREAD_SET_CONTEXT = 0x10;

    private final Windows os;

    WindowsSuspension(Windows os) {
        this.os = os;
    }

    @Override
    public long openThread() {
        return os.openThread(THREAD_SUSPEND_RESUME | THREAD_GET_CONTEXT | THREAD_SET_CONTEXT);
    }

    @Override
    public void closeThread(long handle) {
        os.closeHandle(handle, "thread");
    }

    @Override
    public SuspensionCalls calls() {
        return new SuspensionCalls(
                os.kernelFunction("SuspendThread"),
                os.kernelFunction("GetThreadContext"),
                os.kernelFunction("SetThreadContext"),
                os.kernelFunction("ResumeThread"),
                os.kernelFunction("GetLastError"));
    }

    @Override
    public ThreadContext context() {
        return ThreadContext.WINDOWS;
    }

    @Override
    public HostException failure(String call, int error) {
        return os.failure(
                call, "a carrier's thread", error, "The thread may have ended; the next time slice tries again.");
    }
}
