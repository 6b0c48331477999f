// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.trampolines.abi.ThreadBlock;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every constant and offset of Windows that is written down here, asserted by a compiler that has the headers. */
class WindowsHeadersTest {
    private static final String COMPILER = "x86_64-w64-mingw32-gcc";

    @TempDir
    Path folder;

    private final List<String> assertions = new ArrayList<>();

    private void equal(String c, long here) {
        assertions.add(
                "_Static_assert((unsigned long long)(%s) == 0x%xull, \"%s\");".formatted(c, here, c.replace("\"", "")));
    }

    private void offset(String type, String field, int here) {
        equal("offsetof(" + type + ", " + field + ")", here);
    }

    private void all() {
        ThreadContext context = ThreadContext.WINDOWS;
        equal("sizeof(CONTEXT)", context.bytes());
        equal("_Alignof(CONTEXT)", context.alignment());
        offset("CONTEXT", "ContextFlags", context.flags());
        offset("CONTEXT", "Rsp", context.rsp());
        offset("CONTEXT", "Rip", context.rip());
        equal("CONTEXT_CONTROL", context.control());
        equal("sizeof(SYSTEM_INFO)", Windows.SYSTEM_INFO_BYTES);
        offset("SYSTEM_INFO", "dwPageSize", Windows.SYSTEM_INFO_PAGE_SIZE);
        offset("SYSTEM_INFO", "dwAllocationGranularity", Windows.SYSTEM_INFO_GRANULARITY);
        equal("MEM_COMMIT", Windows.MEM_COMMIT);
        equal("MEM_RESERVE", Windows.MEM_RESERVE);
        equal("MEM_DECOMMIT", Windows.MEM_DECOMMIT);
        equal("MEM_RELEASE", Windows.MEM_RELEASE);
        equal("PAGE_NOACCESS", Windows.PAGE_NOACCESS);
        equal("PAGE_READWRITE", Windows.PAGE_READWRITE);
        equal("PAGE_EXECUTE_READ", Windows.PAGE_EXECUTE_READ);
        equal("PAGE_EXECUTE_READWRITE", Windows.PAGE_EXECUTE_READWRITE);
        equal("FILE_MAP_WRITE", Windows.FILE_MAP_WRITE);
        equal("FILE_MAP_READ", Windows.FILE_MAP_READ);
        equal("FILE_MAP_EXECUTE", Windows.FILE_MAP_EXECUTE);
        equal("INVALID_HANDLE_VALUE", Windows.INVALID_HANDLE_VALUE);
        equal("INFINITE", Windows.INFINITE);
        equal("THREAD_SUSPEND_RESUME", WindowsSuspension.THREAD_SUSPEND_RESUME);
        equal("THREAD_GET_CONTEXT", WindowsSuspension.THREAD_GET_CONTEXT);
        equal("THREAD_SET_CONTEXT", WindowsSuspension.THREAD_SET_CONTEXT);
        offset("NT_TIB", "Self", Windows.TEB_SELF.offset());
        for (ThreadBlock.Field field : ThreadBlock.TEB.fields().subList(0, 2)) { // the rest is in no header
            offset("NT_TIB", field.name(), field.offset());
        }
        for (WindowsError error : WindowsError.values()) {
            if (error != WindowsError.ERROR_DYNAMIC_CODE_BLOCKED) { // of Windows 10; these headers are older
                equal(error.name(), error.number);
            }
        }
    }

    @Test
    void theHeadersSayTheSame() throws Exception {
        assumeCompiler();
        all();
        assertThat(assertions).hasSizeGreaterThan(35);
        assertThat(compile(assertions)).isEmpty();
    }

    @Test
    void aWrongOffsetIsNoticed() throws Exception {
        assumeCompiler();
        offset("CONTEXT", "Rip", ThreadContext.WINDOWS.rip() + 8);
        assertThat(compile(assertions)).contains("static assertion failed");
    }

    private static void assumeCompiler() {
        boolean found = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, COMPILER)));
        assumeTrue(found, COMPILER + " is not on the PATH (Debian: gcc-mingw-w64-x86-64)");
    }

    private String compile(List<String> lines) throws IOException, InterruptedException {
        Path source = folder.resolve("headers.c");
        Files.writeString(
                source,
                "#include <stddef.h>\n#include <windows.h>\n" + String.join("\n", lines) + "\n",
                StandardCharsets.US_ASCII);
        Process compiler = new ProcessBuilder(COMPILER, "-std=c11", "-fsyntax-only", source.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        compiler.waitFor();
        return said;
    }
}
