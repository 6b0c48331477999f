// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.mutate;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Relocation;
import java.util.Arrays;
import java.util.Map;

/**
 * Bytes that take the place of others in a blob.
 *
 * @param at where they begin
 * @param length how many bytes they replace
 * @param bytes as many, or more if no branch leads over the place
 */
record Patch(int at, int length, byte[] bytes) {
    /** Returns the blob with the patch, its symbols and those calls of external functions that are not patched. */
    CodeBlob appliedTo(CodeBlob blob) {
        byte[] old = blob.bytes();
        Assembler a = new Assembler(false);
        int done = 0;
        for (Map.Entry<String, Integer> symbol : blob.symbols().entrySet()) {
            done = copy(a, blob, old, done, symbol.getValue());
            a.symbol(symbol.getKey());
        }
        copy(a, blob, old, done, old.length);
        return a.finish(blob.name());
    }

    private int copy(Assembler a, CodeBlob blob, byte[] old, int from, int to) {
        int done = from;
        while (done < to) {
            int here = done;
            if (here == at) {
                a.db(bytes);
                done += length;
                continue;
            }
            Relocation call = blob.relocations().stream()
                    .filter(r -> r.offset() == here + 1)
                    .findFirst()
                    .orElse(null);
            if (call != null && call.kind() == Relocation.Kind.BRANCH_32) {
                a.call(a.external(call.symbol()));
                done += 5;
            } else {
                a.db(Arrays.copyOfRange(old, here, here + 1));
                done++;
            }
        }
        return done;
    }
}
