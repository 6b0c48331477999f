// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.capsule;

import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.Platform;
import io.trapeze.runtime.os.UnsupportedHostException;
import io.trapeze.trampolines.abi.Abi;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/**
 * A program of a few hundred bytes, without libraries, that runs code under test in children that it forks: code that
 * crashes ends a child, and Java does not suffer from it. Linux on x86-64 only; for one thread.
 */
public final class Capsule extends Ground {
    /** How often, and after how long, a program is started again whose file is still open elsewhere. */
    private static final int STARTS = 1_000;

    private static final long PAUSE_NS = 1_000_000;
    /** ETXTBSY, as JDK 17 and later ones tell of it. */
    private static final Pattern BUSY = Pattern.compile("error[=:] ?26\\b");

    private final SharedMemory shared;
    private final LowMemory control;
    private final Process process;
    private final OutputStream orders;
    private final InputStream answers;
    private boolean recording;
    private byte[] recorded = {};

    private Capsule(SharedMemory shared, Process process) {
        super(
                new ProbeMemory(shared.probes()),
                shared.high(),
                new CodeSpace(
                        shared.code().address(), shared.code().size(), shared.code()::putBytes, ThreadBlocks.BASES),
                Abi.SYSTEM_V);
        this.shared = shared;
        this.control = shared.control();
        this.process = process;
        this.orders = process.getOutputStream();
        this.answers = process.getInputStream();
    }

    /**
     * Starts one.
     *
     * @throws io.trapeze.runtime.os.UnsupportedHostException if this is not Linux on x86-64
     */
    public static Capsule open() {
        Platform.current().requireSupported();
        if (!Platform.current().isLinux()) {
            throw new UnsupportedHostException("system for capsules", "Linux on x86-64");
        }
        SharedMemory shared = new SharedMemory(OperatingSystem.current());
        try {
            Process process = started(shared);
            try {
                return new Capsule(shared, process);
            } catch (RuntimeException e) {
                process.destroyForcibly();
                throw e;
            }
        } catch (IOException e) {
            shared.close();
            throw new UncheckedIOException("can't start a capsule in the folder for temporary files", e);
        } catch (RuntimeException e) {
            shared.close();
            throw e;
        }
    }

    private static Process started(SharedMemory shared) throws IOException {
        Path file = Files.createTempFile(
                "trapeze-capsule",
                "",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try {
            Files.write(file, CapsuleCode.program(shared));
            return started(file.toString(), shared.path());
        } finally {
            Files.delete(file); // the kernel has read it by now
        }
    }

    /**
     * Starts the program. A process that another thread is just starting holds the file open for a moment, as the program was
     * written; until it lets go, the kernel says ETXTBSY.
     */
    private static Process started(String... command) throws IOException {
        for (int i = 0; ; i++) {
            try {
                return new ProcessBuilder(command).start();
            } catch (IOException e) {
                if (i == STARTS || !BUSY.matcher(e.getMessage()).find()) {
                    throw e;
                }
                LockSupport.parkNanos(PAUSE_NS);
            }
        }
    }

    @Override
    public boolean steps() {
        return !recording; // a program on its own has no handler that would note a step
    }

    @Override
    public Outcome run(Abi abi, long target) {
        memory().aim(target);
        control.memory().putLong(CapsuleCode.REPORT, 0);
        control.memory().putLong(CapsuleCode.ENTER, probe(abi).address("enter"));
        if (recording) {
            recorded = KeptProgram.of(shared, code().used(), code().named(abi));
        }
        int status = order(CapsuleCode.RUN);
        if (status == 0) {
            return new Outcome.Finished();
        }
        Crash crash = crash(status);
        return crash.signal() == CapsuleCode.HUNG ? new Outcome.Hung(crash) : new Outcome.Crashed(crash);
    }

    @Override
    public void hop() {
        if (order(CapsuleCode.HOP) != 0) {
            throw new IllegalStateException("the capsule could start no other thread: let more run, or fewer at once");
        }
    }

    @Override
    public byte[] program(Runnable runs) {
        recording = true;
        try {
            runs.run();
        } finally {
            recording = false;
        }
        return recorded;
    }

    private int order(int what) {
        try {
            orders.write(what);
            orders.flush();
            byte[] status = answers.readNBytes(4);
            if (status.length < 4) {
                throw new IllegalStateException("the capsule has ended: " + reason(process.waitFor()));
            }
            return ByteBuffer.wrap(status).order(ByteOrder.LITTLE_ENDIAN).getInt();
        } catch (IOException e) {
            throw new UncheckedIOException("no word from the capsule", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while code ran", e);
        }
    }

    private static String reason(int exit) {
        return switch (exit) {
            case CapsuleCode.NO_MEMORY -> "it could not map its memory; run it again";
            case CapsuleCode.NO_TASK -> "it could not start a process; let more run, or fewer at once";
            default -> "exit " + exit + "; run it again";
        };
    }

    private Crash crash(int ended) {
        int status = ended & 0xFFFF; // without the mark that it has ended
        NativeMemory report = control.memory();
        int told = (int) report.getLong(CapsuleCode.REPORT);
        if (status >> 8 != CapsuleCode.REPORTED || told == 0) {
            int signal = status & 0x7F;
            String reason = signal == 0 ? "it ended the process itself, with status " + (status >> 8 & 0xFF) : "";
            return new Crash(signal, 0, 0, "a place that it could not tell", reason, Map.of());
        }
        Map<String, Long> registers = new LinkedHashMap<>();
        for (int i = 0; i < Crash.ORDER.size(); i++) {
            registers.put(Crash.ORDER.get(i), report.getLong(CapsuleCode.REPORT_REGISTERS + 8 * i));
        }
        long pc = registers.get("rip");
        long address = report.getLong(CapsuleCode.REPORT + 8);
        return new Crash(told, pc, address, code().describe(pc), code().reason(pc), registers);
    }

    @Override
    public void close() {
        try {
            orders.close();
            process.waitFor();
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        shared.close();
    }
}
